import type { SessionOrderRecord } from '../../protocols/agent-records.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { MeshRecord } from '../../protocols/record.ts';

/** What a person says to a session. */
export interface SessionWord extends Pick<SessionOrderRecord, 'order' | 'by'> {
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly text?: string;
}

export interface OrderedTask {
  readonly eventId: EventId;
  readonly slot: SlotId;
  /** How often an operator had it tried anew. */
  readonly round: number;
}

/** The records that an order is. Cancelled work is given up at once, wherever it is, and listed nowhere as a dead letter. */
export function orderRecords(
  { eventId, slot, round }: OrderedTask,
  { order, by, at, text }: SessionWord,
): MeshRecord[] {
  const about = { v: WIRE_VERSION, at, eventId, slot } as const;
  const said: MeshRecord = { ...about, type: 'session-order', order, by, ...(text !== undefined && { text }) };
  if (order !== 'cancel') return [said];
  return [said, { ...about, type: 'dead', reason: `cancelled by ${by}`, round }, { ...about, type: 'dropped', round }];
}
