import type { Position } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Decoded, MeshRecord, RecordType } from '../../protocols/record.ts';
import { sortable, type TableName, type TableOp, tableKey } from '../ports/tables.ts';
import type { Row } from './rows.ts';

/** One record on its way into the tables, readable or not. */
export interface Entry {
  readonly position: Position;
  readonly decoded: Decoded;
  /** Written by this node, in this boot or an earlier one. */
  readonly mine: boolean;
}

/** The tables as they are with everything already projected, also what is not written yet. */
export interface RowReader {
  get<T extends TableName>(table: T, key: string): Row<T> | undefined;
}

/**
 * Tables made from the logs (L9). Logs arrive in any order against one another, each in its own order, so the rows after any
 * interleaving must be the same: a projection keeps what is lowest, newest or a sum, never what came last.
 */
export interface Projection {
  readonly name: string;
  /** Raised when the rows change their shape or meaning: the next start writes the tables anew. */
  readonly version: number;
  /** The tables it alone writes. It reads no others, so that each projection can be rebuilt by itself. */
  readonly tables: readonly TableName[];
  project(entry: Entry, rows: RowReader): readonly TableOp[];
  /** Rows that a rebuild leaves, because what they were made of lies below a floor (L5). Default: none. */
  keeps?(table: TableName, key: string, row: unknown, isCut: (position: Position) => boolean): boolean;
}

/** A new wire version makes more records readable, so it rewrites the tables too. */
export function storedVersion(projection: Projection): string {
  return `${projection.version}.${WIRE_VERSION}`;
}

export interface EntryOf<T extends RecordType> {
  readonly position: Position;
  readonly record: Extract<MeshRecord, { type: T }>;
  readonly mine: boolean;
}

export type Handlers = {
  readonly [T in RecordType]?: (entry: EntryOf<T>, rows: RowReader) => readonly TableOp[];
};

/** A `project` that asks the handler of the record's type, and knows nothing of records without one. */
export function byType(handlers: Handlers): Projection['project'] {
  return ({ decoded, position, mine }, rows) => {
    if (!decoded.ok) return [];
    const { record } = decoded;
    // The key and the record have the same type, which TypeScript cannot follow through the union.
    const handler = handlers[record.type] as
      | ((entry: EntryOf<RecordType>, rows: RowReader) => readonly TableOp[])
      | undefined;
    return handler?.({ position, record, mine }, rows) ?? [];
  };
}

export function put<T extends TableName>(table: T, key: string, value: Row<T>): TableOp {
  return { table, key, value };
}

export function remove(table: TableName, key: string): TableOp {
  return { table, key, value: undefined };
}

export function positionKey({ origin, epoch, seq }: Position): string {
  return tableKey(origin, epoch, sortable(seq));
}
