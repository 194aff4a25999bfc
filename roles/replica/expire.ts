import { type EventId, EventIdSchema, type LogId } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import { newestFirst, type TableName, type TableOp, type Tables, tableKey } from '../ports/tables.ts';
import { isBelowFloors, isEventClosed, isKnown } from './closed.ts';
import { macId } from './project-events.ts';
import { remove } from './projection.ts';
import { getRow, rangeRows } from './rows.ts';

export interface ExpireParts {
  readonly tables: Tables;
  readonly replica: {
    floorOf(log: LogId): SignedHead | undefined;
    /** Writes rows that belong to no record. */
    note(ops: readonly TableOp[]): Promise<void>;
  };
}

/** Events looked at, and forgotten, in one go. */
const PAGE = 512;
/** Tables whose keys are, or begin with, the id of an event. */
const ABOUT_EVENTS: readonly TableName[] = [
  'facts',
  'open',
  'settled',
  'reopened',
  'dead',
  'inbox',
  'ended',
  'effects',
  'runs',
  'openRuns',
  'sessions',
  'sessionEnds',
  'approvals_asked',
  'session_orders',
];

/**
 * Forgets events that ended before the cutoff and of which no log holds a record any more: until then a repeat of such an event is
 * known by its id (L10). Returns how many.
 */
export async function expireEvents(cutoff: number, parts: ExpireParts): Promise<number> {
  let expired = 0;
  for (let after = newestFirst(cutoff); ; ) {
    const lines = await rangeRows(parts.tables, 'events', { after, limit: PAGE });
    const last = lines.at(-1);
    if (last === undefined) return expired;
    [after] = last;
    const ops: TableOp[] = [];
    for (const [, { eventId }] of lines) {
      if (!(await isEventClosed(eventId, cutoff, parts.tables)) || !(await isBelowFloors(eventId, [], parts))) continue;
      ops.push(...(await rowsOfEvent(eventId, parts.tables)));
      expired += 1;
    }
    if (ops.length > 0) await parts.replica.note(ops);
  }
}

/** The lines of decisions about events that are forgotten. */
export async function expireDecisions(cutoff: number, { tables, replica }: ExpireParts): Promise<void> {
  for (let after = newestFirst(cutoff); ; ) {
    const lines = await rangeRows(tables, 'distributions', { after, limit: PAGE });
    const last = lines.at(-1);
    if (last === undefined) return;
    [after] = last;
    const gone = lines.filter(([, { eventId }]) => !isKnown(eventId, tables));
    if (gone.length > 0) await replica.note(gone.map(([key]) => remove('distributions', key)));
  }
}

/** Open events whose record was dropped without us: to those who still have a say they are settled, and old. */
export async function openBelow(floor: SignedHead, tables: Tables): Promise<readonly EventId[]> {
  const rows = await rangeRows(tables, 'open');
  const isCut = (row: { origin: string; epoch: string; seq: number }) =>
    row.origin === floor.origin && row.epoch === floor.epoch && row.seq < floor.length;
  return rows.filter(([, row]) => isCut(row)).map(([key]) => eventIdOfKey(key));
}

/** Deletes everything that is known of an event. */
export async function rowsOfEvent(eventId: EventId, tables: Tables): Promise<readonly TableOp[]> {
  const known = getRow(tables, 'ids', eventId);
  const lineKey = known && tableKey(newestFirst(known.at), eventId);
  const mac = lineKey && getRow(tables, 'events', lineKey)?.mac;
  const ops = [remove('ids', eventId)];
  if (lineKey !== undefined) ops.push(remove('events', lineKey));
  if (mac !== undefined) ops.push(remove('ids', macId(mac)));
  for (const table of ABOUT_EVENTS) {
    if (tables.get(table, eventId) !== undefined) ops.push(remove(table, eventId));
    for (const [key] of await tables.range(table, { prefix: tableKey(eventId, '') })) ops.push(remove(table, key));
  }
  return ops;
}

function eventIdOfKey(key: string): EventId {
  return EventIdSchema.parse(key);
}
