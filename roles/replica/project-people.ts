import { comparePositions } from '../../protocols/ids.ts';
import { type TableOp, tableKey } from '../ports/tables.ts';
import { isNewer, isOfCut } from './project-nodes.ts';
import { byType, type EntryOf, type Projection, put, type RowReader } from './projection.ts';
import { decodeRow, type Row } from './rows.ts';

/** What waits for a person's word, and the newest word on each text: by wall clock, then by position. */
export const APPROVALS: Projection = {
  name: 'approvals',
  version: 1,
  tables: ['approvals', 'approvals_asked'],
  // A word holds for its text as long as that is open, which may be longer than any log.
  keeps: (table, _key, row, isCut) => table === 'approvals' && isOfCut(decodeRow('approvals', row), isCut),
  project: byType({
    approval: ({ record, position }, rows) => {
      const { subject, textHash, at, verdict, by, via, eventId, reason } = record;
      const key = tableKey(subject, textHash);
      const row = {
        ...position,
        at,
        verdict,
        by,
        via,
        ...(eventId !== undefined && { eventId }),
        ...(reason !== undefined && { reason }),
      };
      return isNewer(position, at, rows.get('approvals', key)) ? [put('approvals', key, row)] : [];
    },
    'approval-asked': ({ record, position }, rows) => {
      const { eventId, slot, key, at, general, subject, what, textHash } = record;
      const rowKey = tableKey(eventId, slot, key);
      const row = { ...position, at, eventId, slot, key, general, subject, what, textHash };
      return isNewer(position, at, rows.get('approvals_asked', rowKey)) ? [put('approvals_asked', rowKey, row)] : [];
    },
  }),
};

/** What people told sessions: the newest order counts, and everything that was said. */
export const SESSION_ORDERS: Projection = {
  name: 'session-orders',
  version: 1,
  tables: ['session_orders'],
  project: byType({
    'session-order': (entry, rows) => (entry.record.order === 'steer' ? say(entry, rows) : order(entry, rows)),
  }),
};

function order({ record, position }: EntryOf<'session-order'>, rows: RowReader): readonly TableOp[] {
  const { eventId, slot, at, by } = record;
  const key = tableKey(eventId, slot);
  const { newest, said } = rowOf(key, rows);
  // Who cancels ends it for good, whatever was said at the same time.
  const isCancelled = newest?.order === 'cancel' && record.order !== 'cancel';
  const isFinal = record.order === 'cancel' && newest?.order !== 'cancel';
  if (isCancelled || !(isFinal || isNewer(position, at, newest))) return [];
  return [put('session_orders', key, { newest: { ...position, at, order: record.order, by }, said })];
}

/** What the same person says again in the same moment was repeated by a crash, not said twice. */
function say({ record, position }: EntryOf<'session-order'>, rows: RowReader): readonly TableOp[] {
  const { eventId, slot, at, by, text = '' } = record;
  const key = tableKey(eventId, slot);
  const { newest, said } = rowOf(key, rows);
  const isSame = (other: Said) => other.at === at && other.by === by && other.text === text;
  const known = said.find(isSame);
  if (known !== undefined && comparePositions(known, position) <= 0) return [];
  const all = [...said.filter((other) => !isSame(other)), { ...position, at, by, text }].sort(bySaid);
  return [put('session_orders', key, { ...(newest && { newest }), said: all })];
}

type Said = Row<'session_orders'>['said'][number];

function bySaid(a: Said, b: Said): number {
  return a.at - b.at || comparePositions(a, b);
}

function rowOf(key: string, rows: RowReader): Row<'session_orders'> {
  return rows.get('session_orders', key) ?? { said: [] };
}
