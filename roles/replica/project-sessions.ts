import { comparePositions } from '../../protocols/ids.ts';
import { type TableOp, tableKey } from '../ports/tables.ts';
import { byType, type EntryOf, type Projection, put, type RowReader, remove } from './projection.ts';
import type { Row } from './rows.ts';

/** Which conversations are open, of every node, and where the newest checkpoint of each lies. */
export const SESSIONS: Projection = {
  name: 'sessions',
  version: 1,
  tables: ['sessions', 'sessionEnds'],
  project: byType({
    session: (entry, rows) => (entry.record.endedAt === undefined ? checkpoint(entry, rows) : ended(entry, rows)),
  }),
};

function checkpoint({ record, position }: EntryOf<'session'>, rows: RowReader): readonly TableOp[] {
  const { at, sessionId, eventId, slot, general, subject, attempt, step, turn, resumed } = record;
  const key = tableKey(eventId, slot);
  if ((rows.get('sessionEnds', key) ?? 0) >= attempt) return [];
  const row = { ...position, at, sessionId, eventId, slot, general, subject, attempt, step, turn, resumed };
  return isLater(row, rows.get('sessions', key)) ? [put('sessions', key, row)] : [];
}

/** An end is one of its execution and of all before it. */
function ended({ record }: EntryOf<'session'>, rows: RowReader): readonly TableOp[] {
  const { eventId, slot, attempt } = record;
  const key = tableKey(eventId, slot);
  if ((rows.get('sessionEnds', key) ?? 0) >= attempt) return [];
  const open = rows.get('sessions', key);
  const isClosed = open !== undefined && open.attempt <= attempt;
  return [put('sessionEnds', key, attempt), ...(isClosed ? [remove('sessions', key)] : [])];
}

function isLater(a: Row<'sessions'>, b: Row<'sessions'> | undefined): boolean {
  if (b === undefined) return true;
  return (a.attempt - b.attempt || a.turn - b.turn || a.resumed - b.resumed || comparePositions(a, b)) > 0;
}
