import type { EventId, LogId } from '../../protocols/ids.ts';
import type { Decoded, SignedHead } from '../../protocols/record.ts';
import { type TableName, type Tables, tableKey } from '../ports/tables.ts';
import { getRow } from './rows.ts';
import { eventIdOfRecord } from './story.ts';

export interface ClosedParts {
  readonly tables: Tables;
  readonly replica: { floorOf(log: LogId): SignedHead | undefined };
}

export interface Age {
  /** What ended before is old, wall-clock milliseconds. */
  readonly cutoff: number;
  /** How long what has ended is kept, milliseconds. */
  readonly keepMs: number;
}

/** An event with a row in none of these is forgotten. */
const KNOWN_BY: readonly TableName[] = ['ids', 'open', 'settled'];

/** Whether a record may be dropped: what it is about has ended before the cutoff (L10). */
export async function isClosed(decoded: Decoded, age: Age, parts: ClosedParts): Promise<boolean> {
  // Nobody will ever read it, here.
  if (!decoded.ok) return true;
  const { record } = decoded;
  const eventId = 'eventId' in record ? record.eventId : eventIdOfRecord(record);
  if (eventId === undefined || !isKnown(eventId, parts.tables)) return record.at <= age.cutoff;
  if (!(await isEventClosed(eventId, age.cutoff, parts.tables))) return false;
  // Whoever has the event and not its end takes it for open: a node that begins at our floors must not. Copies of an event that
  // lie in two logs could wait for one another; none waits for longer than as long again.
  const isEnd = record.type === 'settled' && record.at > age.cutoff - age.keepMs;
  return !isEnd || (await isBelowFloors(eventId, ['event'], parts));
}

/** What is said of an event after everybody forgot it says nothing to anybody. */
export function isKnown(eventId: EventId, tables: Pick<Tables, 'get'>): boolean {
  return KNOWN_BY.some((table) => tables.get(table, eventId) !== undefined);
}

/** It was settled before the cutoff, nobody here has work of it in the inbox, and no run of it is under way anywhere. */
export async function isEventClosed(eventId: EventId, cutoff: number, tables: Tables): Promise<boolean> {
  const settled = getRow(tables, 'settled', eventId);
  if (settled === undefined || settled.at > cutoff || getRow(tables, 'open', eventId) !== undefined) return false;
  const isEmpty = async (table: 'inbox' | 'openRuns') =>
    (await tables.range(table, { prefix: tableKey(eventId, ''), limit: 1 })).length === 0;
  return (await isEmpty('inbox')) && isEmpty('openRuns');
}

/** No log holds a record about the event any more, of any type or of one. */
export async function isBelowFloors(
  eventId: EventId,
  type: readonly [] | readonly [type: string],
  { tables, replica }: ClosedParts,
): Promise<boolean> {
  const known = getRow(tables, 'ids', eventId);
  if (known !== undefined && known.seq >= (replica.floorOf(known)?.length ?? 0)) return false;
  return (await tables.range('facts', { prefix: tableKey(eventId, ...type, ''), limit: 1 })).length === 0;
}
