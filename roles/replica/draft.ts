import type { TableName, TableOp, Tables } from '../ports/tables.ts';
import type { RowReader } from './projection.ts';
import { getRow, type Row } from './rows.ts';

/** The changes of one commit group: later records of the group see what earlier ones changed, and each row is written once. */
export class Draft implements RowReader {
  readonly #tables: Tables;
  readonly #changed = new Map<TableName, Map<string, unknown>>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  get<T extends TableName>(table: T, key: string): Row<T> | undefined {
    const changed = this.#changed.get(table);
    // What lies here was put by `put` with the row's own type.
    if (changed?.has(key)) return changed.get(key) as Row<T> | undefined;
    return getRow(this.#tables, table, key);
  }

  apply(ops: readonly TableOp[]): void {
    for (const { table, key, value } of ops) {
      const changed = this.#changed.get(table) ?? new Map<string, unknown>();
      changed.set(key, value);
      this.#changed.set(table, changed);
    }
  }

  ops(): readonly TableOp[] {
    const ops: TableOp[] = [];
    for (const [table, changed] of this.#changed) {
      for (const [key, value] of changed) ops.push({ table, key, value });
    }
    return ops;
  }
}
