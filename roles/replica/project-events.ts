import { comparePositions, type Position } from '../../protocols/ids.ts';
import type { RecordType } from '../../protocols/record.ts';
import type { Tables } from '../ports/tables.ts';
import { newestFirst, type TableOp, tableKey } from '../ports/tables.ts';
import { type Entry, type EntryOf, type Projection, positionKey, put, type RowReader, remove } from './projection.ts';
import { getRow, type Row } from './rows.ts';

/** Keys of the table `counters`. */
export const COUNTERS = {
  /** Distinct events. */
  events: 'events',
  /** Distinct events of one kind. */
  kind: (kind: string) => `kind:${kind}`,
  /** Records of one type, copies included. */
  records: (type: RecordType) => `records:${type}`,
  unreadable: 'unreadable',
  /** What a counter counted of records that lie below a floor by now, so that a rebuild does not forget them (L5). */
  cut: (key: string) => `cut:${key}`,
} as const;

/** A counter with what was counted below the floors. */
export function readCount(tables: Tables, key: string): number {
  return (getRow(tables, 'counters', key) ?? 0) + (getRow(tables, 'counters', COUNTERS.cut(key)) ?? 0);
}

/** Which events there are and how many of what. Of copies in several logs the lowest position counts, once (I2). */
export const EVENTS: Projection = {
  name: 'events',
  version: 2,
  tables: ['ids', 'events', 'counters'],
  keeps: (_table, key) => key.startsWith(COUNTERS.cut('')),
  project: (entry, rows) => {
    const { decoded, position } = entry;
    if (!decoded.ok) return add(rows, COUNTERS.unreadable, 1);
    const { record } = decoded;
    const counted = add(rows, COUNTERS.records(record.type), 1);
    return record.type === 'event' ? [...counted, ...projectEvent({ ...entry, record, position }, rows)] : counted;
  },
};

/** What could not be read, and why (L3). */
export const UNREADABLE: Projection = {
  name: 'unreadable',
  version: 1,
  tables: ['unreadable'],
  project: ({ decoded, position }: Entry) =>
    decoded.ok ? [] : [put('unreadable', positionKey(position), { problem: decoded.problem })],
};

function projectEvent({ record, position }: EntryOf<'event'>, rows: RowReader): readonly TableOp[] {
  const { event, at, mac } = record;
  const row: Row<'ids'> = { ...position, at, kind: event.kind };
  const ops: TableOp[] = [];
  if (mac !== undefined && isLower(position, rows.get('ids', macId(mac)))) ops.push(put('ids', macId(mac), row));
  const known = rows.get('ids', event.id);
  if (!isLower(position, known)) return ops;
  if (known) ops.push(remove('events', tableKey(newestFirst(known.at), event.id)));
  ops.push(put('ids', event.id, row), put('events', tableKey(newestFirst(at), event.id), lineOf(record, position)));
  return [...ops, ...recount(known?.kind, event.kind, rows)];
}

/** Second id of an event: the signature that was verified over its body (I2). */
export function macId(mac: string): string {
  return `mac:${mac}`;
}

export function isLower(a: Position, b: Position | undefined): boolean {
  return b === undefined || comparePositions(a, b) < 0;
}

function lineOf({ event, at, mac }: EntryOf<'event'>['record'], { origin }: Position): Row<'events'> {
  const { kind, type, subject, repository, actor } = event;
  return {
    eventId: event.id,
    at,
    kind,
    type,
    subject,
    repository,
    actor,
    by: origin,
    ...(mac !== undefined && { mac }),
  };
}

/** The copy that counts may be of another kind than the one that counted so far. */
function recount(before: string | undefined, after: string, rows: RowReader): readonly TableOp[] {
  if (before === after) return [];
  const first = before === undefined ? add(rows, COUNTERS.events, 1) : add(rows, COUNTERS.kind(before), -1);
  return [...first, ...add(rows, COUNTERS.kind(after), 1)];
}

/** A counter at zero has no row, so that counting up and down leaves the table as it was. */
function add(rows: RowReader, key: string, by: number): readonly TableOp[] {
  const value = (rows.get('counters', key) ?? 0) + by;
  return [value === 0 ? remove('counters', key) : put('counters', key, value)];
}
