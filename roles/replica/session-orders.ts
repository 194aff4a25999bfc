import type { EventId, SlotId } from '../../protocols/ids.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow } from './rows.ts';

/** Something a person said to the agent. */
export interface Said {
  readonly at: number;
  readonly by: string;
  readonly text: string;
}

/** What people told a session, as far as it is known here. */
export interface Orders {
  /** go: nobody is in its way · paused: it waits until somebody has it go on · cancelled: it ends, for good. */
  readonly state: 'go' | 'paused' | 'cancelled';
  /** Who said so last; empty where nobody said anything. */
  readonly by: string;
  /** The oldest first. */
  readonly said: readonly Said[];
}

export const NO_ORDERS: Orders = { state: 'go', by: '', said: [] };

export function ordersFor(
  { eventId, slot }: { readonly eventId: EventId; readonly slot: SlotId },
  tables: Pick<Tables, 'get'>,
): Orders {
  const row = getRow(tables, 'session_orders', tableKey(eventId, slot));
  if (row === undefined) return NO_ORDERS;
  const { newest, said } = row;
  const state = newest?.order === 'cancel' ? 'cancelled' : newest?.order === 'pause' ? 'paused' : 'go';
  return { state, by: newest?.by ?? '', said };
}
