import type { Range, TableName, TableOp, Tables } from '../ports/tables.ts';

/** Every record reads and writes it, and it has a row for each type of record and kind of event: few, and all of them in use. */
const KEPT: TableName = 'counters';
/** What is written of an event or a task at its beginning is read once more at its end, which mostly is soon. */
const RECENT: ReadonlySet<TableName> = new Set(['open', 'inbox']);
/** Rows of each of those: about 1 MB together. */
const RECENT_ROWS = 2_048;

/** The tables with some rows in memory, for the one who writes them all. */
export class CachedRows implements Tables {
  readonly #tables: Tables;
  readonly #rows = new Map<string, unknown>();
  /** By table, the rows that were written last, the oldest first. */
  readonly #recent = new Map<TableName, Map<string, unknown>>();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  get(table: TableName, key: string): unknown {
    if (table !== KEPT) return this.#recent.get(table)?.get(key) ?? this.#tables.get(table, key);
    if (!this.#rows.has(key)) this.#rows.set(key, this.#tables.get(table, key));
    return this.#rows.get(key);
  }

  range(table: TableName, range?: Range): ReturnType<Tables['range']> {
    return this.#tables.range(table, range);
  }

  /** These are on the disk now. */
  written(ops: readonly TableOp[]): void {
    for (const { table, key, value } of ops) {
      if (table === KEPT) this.#rows.set(key, value);
      else if (RECENT.has(table)) this.#remember(table, key, value);
    }
  }

  #remember(table: TableName, key: string, value: unknown): void {
    const rows = this.#recent.get(table) ?? new Map<string, unknown>();
    this.#recent.set(table, rows);
    rows.delete(key);
    if (value === undefined) return;
    rows.set(key, value);
    const [oldest] = rows.keys();
    if (rows.size > RECENT_ROWS && oldest !== undefined) rows.delete(oldest);
  }
}
