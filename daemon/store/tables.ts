import type { Level } from 'level';
import { type LogId, logKey } from '../../protocols/ids.ts';
import { sortable, TABLES, type TableName } from '../../roles/ports/tables.ts';

/** Every sublevel of the store. A newcomer reads this table; a name, once released, is never used for anything else. */
export const SUBLEVELS = {
  /** (origin, epoch, seq) → the record as its origin wrote it. Primary. */
  records: 'records',
  /** (origin, epoch, length) → hash and signature of a head its origin signed, one for each group or batch written. Primary. */
  heads: 'heads',
  /** `schema` → version of this layout. */
  meta: 'meta',
  /** What is made from the logs, and what the replica keeps beside it: described at the port. */
  ...TABLES,
} as const;

export type Database = Level<string, Buffer>;
export type ByteSublevel = ReturnType<typeof openBytes>;

/** The handles of an open database. */
export type Sublevels = Awaited<ReturnType<typeof openSublevels>>;

/** Reads as of a moment. */
export interface ReadOptions {
  readonly snapshot?: ReturnType<Database['snapshot']>;
}

function openBytes(db: Database, name: string) {
  return db.sublevel<string, Buffer>(name, { valueEncoding: 'buffer' });
}

/** Opened one by one: synchronous reads do not wait for that. */
export async function openSublevels(db: Database) {
  const json = (name: string) => db.sublevel<string, unknown>(name, { valueEncoding: 'json' });
  const tables = new Map<TableName, ReturnType<typeof json>>(Object.values(TABLES).map((name) => [name, json(name)]));
  const records = openBytes(db, SUBLEVELS.records);
  const heads = openBytes(db, SUBLEVELS.heads);
  const meta = json(SUBLEVELS.meta);
  await Promise.all([records, heads, meta, ...tables.values()].map((sublevel) => sublevel.open()));
  return { records, heads, meta, table: (name: TableName) => tables.get(name) ?? json(name) };
}

/** Key of a record or, with a length, of a head: fixed width, so that byte order is log order. */
export function placeKey(log: LogId, place: number): string {
  return `${logKey(log)}/${sortable(place)}`;
}

export interface Place {
  readonly log: string;
  readonly place: number;
}

export function readPlaceKey(key: string): Place {
  const at = key.lastIndexOf('/');
  return { log: key.slice(0, at), place: Number(key.slice(at + 1)) };
}

/** Greater than every key that begins with the prefix: nothing sorts behind the last code point. */
export function endOf(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
