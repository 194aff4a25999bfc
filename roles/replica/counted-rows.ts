import type { Range, TableName, TableOp, Tables } from '../ports/tables.ts';

/** Every record reads and writes it, and it has a row for each type of record and kind of event: few, and all of them in use. */
const KEPT: TableName = 'counters';

/** The tables with the rows of one of them in memory, for the one who writes them all. */
export class CountedRows implements Tables {
  readonly #tables: Tables;
  readonly #rows = new Map<string, unknown>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  get(table: TableName, key: string): unknown {
    if (table !== KEPT) return this.#tables.get(table, key);
    if (!this.#rows.has(key)) this.#rows.set(key, this.#tables.get(table, key));
    return this.#rows.get(key);
  }

  range(table: TableName, range?: Range): ReturnType<Tables['range']> {
    return this.#tables.range(table, range);
  }

  /** These are on the disk now. */
  written(ops: readonly TableOp[]): void {
    for (const { table, key, value } of ops) if (table === KEPT) this.#rows.set(key, value);
  }
}
