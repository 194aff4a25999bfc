import { MeshError } from '../../protocols/errors.ts';
import type { Epoch, Position } from '../../protocols/ids.ts';
import type { Decoded, MeshRecord } from '../../protocols/record.ts';
import type { Committed, Journal } from '../../roles/ports/journal.ts';
import type { Range, TableName, Tables } from '../../roles/ports/tables.ts';
import { EVENTS } from '../../roles/replica/project-events.ts';
import { getRow } from '../../roles/replica/rows.ts';
import { epochNumber, peerNamed } from './cards.ts';

/** Tables in memory, with the one projection that tells which events there are. */
export class MemoryTables implements Tables {
  readonly #rows = new Map<TableName, Map<string, string>>();

  get(table: TableName, key: string): unknown {
    const json = this.#rows.get(table)?.get(key);
    return json === undefined ? undefined : JSON.parse(json);
  }

  async range(table: TableName, { prefix = '', after = '', limit = Infinity }: Range = {}) {
    const rows = [...(this.#rows.get(table) ?? [])];
    return rows
      .filter(([key]) => key.startsWith(prefix) && key > after)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(0, limit)
      .map(([key, json]) => [key, JSON.parse(json)] as const);
  }

  project(position: Position, record: MeshRecord): void {
    const reader = { get: <T extends TableName>(table: T, key: string) => getRow(this, table, key) };
    for (const { table, key, value } of EVENTS.project(
      { position, decoded: { ok: true, record }, mine: true },
      reader,
    )) {
      this.#write(table, key, value);
    }
  }

  #write(table: TableName, key: string, value: unknown): void {
    const rows = this.#rows.get(table) ?? new Map<string, string>();
    this.#rows.set(table, rows);
    if (value === undefined) rows.delete(key);
    else rows.set(key, JSON.stringify(value));
  }
}

interface Waiting {
  readonly record: MeshRecord;
  readonly resolve: (position: Position) => void;
  readonly reject: (error: MeshError) => void;
}

/**
 * A log in memory whose disk syncs when the test says so: what was appended and not synced is not there.
 * Without `{ held: true }` each append is synced by itself, some promises later.
 */
export class MemoryJournal implements Journal {
  readonly epoch: Epoch = epochNumber(1);
  readonly tables = new MemoryTables();
  readonly records: MeshRecord[] = [];
  readonly #held: boolean;
  readonly #listeners: ((entries: readonly Committed[]) => void)[] = [];
  #waiting: Waiting[] = [];

  constructor({ held = false }: { held?: boolean } = {}) {
    this.#held = held;
  }

  /** How many appends wait for `sync` or `fail`. */
  get waiting(): number {
    return this.#waiting.length;
  }

  append(record: MeshRecord): Promise<Position> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      if (!this.#held) setImmediate(() => this.sync());
    });
  }

  /** Everything appended so far is on the disk, tables and all, before anybody is told. */
  sync(): void {
    const group = this.#take().map((waiting) => ({ ...waiting, position: this.#store(waiting.record) }));
    const entries = group.map(({ record, position }) => ({
      position,
      decoded: { ok: true, record } as const,
      own: true,
    }));
    for (const listener of this.#listeners) listener(entries);
    for (const { resolve, position } of group) resolve(position);
  }

  /** The write failed: nothing of it is on the disk. */
  fail(): void {
    const error = new MeshError('store-write-failed', { dir: 'memory', problem: 'the test said so' });
    for (const { reject } of this.#take()) reject(error);
  }

  onCommit(listener: (entries: readonly Committed[]) => void): void {
    this.#listeners.push(listener);
  }

  async read({ seq }: Position): Promise<Decoded | undefined> {
    const record = this.records[seq];
    return record === undefined ? undefined : { ok: true, record };
  }

  #take(): Waiting[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  #store(record: MeshRecord): Position {
    const position = { origin: peerNamed('memory'), epoch: this.epoch, seq: this.records.length };
    this.records.push(record);
    this.tables.project(position, record);
    return position;
  }
}
