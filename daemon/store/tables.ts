import type { Level } from 'level';
import { type LogId, logKey } from '../../protocols/ids.ts';
import { sortable, TABLES, type TableName } from '../../roles/ports/tables.ts';

/** Every sublevel of the store. A newcomer reads this table; a name, once released, is never used for anything else. */
export const SUBLEVELS = {
  /** (origin, epoch, seq of the first) → the records of one commit group or batch, and the signed head behind them. Primary. */
  segments: 'segments',
  /** (origin, epoch) → the head behind which the log begins. Primary. */
  floors: 'floors',
  /** (name, number of the part) → a part of a body that is too large for a record. Primary. */
  blobs: 'blobs',
  /** Name of a blob → when it came, how large it is, and the event it belongs to. Primary. */
  blobNotes: 'blobNotes',
  /** (note or text, hash of what was asked) → an answer of a model, or its age and size. May be lost. */
  modelCache: 'modelCache',
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

export function openBytes(db: Database, name: string) {
  return db.sublevel<string, Buffer>(name, { valueEncoding: 'buffer' });
}

/** Opened one by one: synchronous reads do not wait for that. */
export async function openSublevels(db: Database) {
  const json = (name: string) => db.sublevel<string, unknown>(name, { valueEncoding: 'json' });
  const tables = new Map<TableName, ReturnType<typeof json>>(Object.values(TABLES).map((name) => [name, json(name)]));
  const segments = openBytes(db, SUBLEVELS.segments);
  const floors = openBytes(db, SUBLEVELS.floors);
  const blobs = openBytes(db, SUBLEVELS.blobs);
  const blobNotes = json(SUBLEVELS.blobNotes);
  const modelCache = json(SUBLEVELS.modelCache);
  const meta = json(SUBLEVELS.meta);
  await Promise.all(
    [segments, floors, blobs, blobNotes, modelCache, meta, ...tables.values()].map((sublevel) => sublevel.open()),
  );
  return {
    segments,
    floors,
    blobs,
    blobNotes,
    modelCache,
    meta,
    table: (name: TableName) => tables.get(name) ?? json(name),
  };
}

/** Key of a place in a log: fixed width, so that byte order is log order. */
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
