import type { EventId, Position, SlotId } from '../../protocols/ids.ts';
import { type TableOp, tableKey } from '../ports/tables.ts';
import { isLower } from './project-events.ts';
import { byType, type EntryOf, type Projection, put, type RowReader, remove } from './projection.ts';
import type { Row } from './rows.ts';

/**
 * What is still to be done. `settled` may arrive before the event itself, and before the retry of a dead letter that it knows
 * of: they lie in different logs. One that does not know of every retry settles nothing.
 */
export const PROGRESS: Projection = {
  name: 'progress',
  version: 2,
  tables: ['open', 'settled', 'reopened'],
  project: byType({
    event: ({ record: { event }, position }, rows) => {
      const settled = rows.get('settled', event.id);
      if (settled === undefined)
        return isLower(position, rows.get('open', event.id)) ? [put('open', event.id, position)] : [];
      return isLower(position, settled.event) ? [put('settled', event.id, { ...settled, event: position })] : [];
    },
    settled: settle,
    retried: reopen,
  }),
};

function settle({ record, position }: EntryOf<'settled'>, rows: RowReader): readonly TableOp[] {
  const { eventId, at, outcome, retries = 0 } = record;
  if (retries < retriesOf(rows.get('reopened', eventId))) return [];
  const known = rows.get('settled', eventId);
  if (known !== undefined && !isBetter({ retries, position }, known)) return [];
  const open = rows.get('open', eventId);
  const event = known?.event ?? open;
  const row = put('settled', eventId, {
    ...position,
    at,
    outcome,
    ...(retries > 0 && { retries }),
    ...(event && { event }),
  });
  return open ? [row, remove('open', eventId)] : [row];
}

function reopen({ record: { eventId, slot, round } }: EntryOf<'retried'>, rows: RowReader): readonly TableOp[] {
  const before = rows.get('reopened', eventId) ?? {};
  if ((before[slot] ?? 0) >= round) return [];
  const rounds = { ...before, [slot]: round };
  const ops = [put('reopened', eventId, rounds)];
  const settled = rows.get('settled', eventId);
  if (settled === undefined || (settled.retries ?? 0) >= retriesOf(rounds)) return ops;
  const again = settled.event && [put('open', eventId, settled.event)];
  return [...ops, remove('settled', eventId), ...(again ?? [])];
}

function retriesOf(rounds: Row<'reopened'> = {}): number {
  return Object.values(rounds).reduce((sum, round) => sum + round, 0);
}

/** Knows of more retries, else lies lower. */
function isBetter(a: { readonly retries: number; readonly position: Position }, b: Row<'settled'>): boolean {
  const known = b.retries ?? 0;
  return a.retries > known || (a.retries === known && isLower(a.position, b));
}

/** Dead letters with what an operator said of each: `isListed` tells which are still to be looked at. */
export const DEAD_LETTERS: Projection = {
  name: 'dead-letters',
  version: 1,
  tables: ['dead'],
  project: byType({
    dead: ({ record, position }, rows) => {
      const { eventId, slot, at, reason, round = 0 } = record;
      const { letter, ...row } = rowOf(eventId, slot, rows);
      const isNewer =
        letter === undefined || round > letter.round || (round === letter.round && isLower(position, letter));
      return isNewer
        ? [put('dead', tableKey(eventId, slot), { ...row, letter: { ...position, at, reason, round } })]
        : [];
    },
    retried: ({ record: { eventId, slot, round } }, rows) => {
      const row = rowOf(eventId, slot, rows);
      return round > (row.retried ?? 0) ? [put('dead', tableKey(eventId, slot), { ...row, retried: round })] : [];
    },
    dropped: ({ record: { eventId, slot, round } }, rows) => {
      const row = rowOf(eventId, slot, rows);
      return round > (row.dropped ?? -1) ? [put('dead', tableKey(eventId, slot), { ...row, dropped: round })] : [];
    },
  }),
};

function rowOf(eventId: EventId, slot: SlotId, rows: RowReader): Row<'dead'> {
  return rows.get('dead', tableKey(eventId, slot)) ?? {};
}

/** Nobody had it tried anew or dropped it since. */
export function isListed({ letter, retried = 0, dropped = -1 }: Row<'dead'>): boolean {
  return letter !== undefined && letter.round >= retried && letter.round > dropped;
}
