import { type LogId, logKey } from '../../../protocols/ids.ts';
import type { SignedHead } from '../../../protocols/record.ts';
import type { Batch, CommitGroup, Disk } from '../../../roles/ports/disk.ts';
import type { Range, TableName, Tables } from '../../../roles/ports/tables.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';
import { SortedRows } from './sorted-rows.ts';

export interface SimDiskParts {
  readonly clock: SimClock;
  readonly chance: Chance;
}

export interface SimDiskOptions {
  /** False for a disk whose sync does nothing: the kernel writes back half a minute later. */
  readonly honest?: boolean;
  /** What is on it already, oldest first. */
  readonly groups?: readonly CommitGroup[];
}

interface StoredLog {
  readonly records: Uint8Array[];
  readonly heads: SignedHead[];
  /** What lies before it is not given out any more. */
  floor?: SignedHead;
}

/** One sync of a cloud volume, milliseconds. */
const SYNC_MS = { from: 1, to: 6 } as const;
const WRITE_BACK_MS = 30_000;

/**
 * A disk as LevelDB shows it: each group is one entry of a write-ahead file, whole or not there, and seen by readers once its
 * write returned. It outlives processes; a process that ended hears nothing of its writes any more.
 */
export class SimDisk implements Disk, Tables {
  readonly #parts: SimDiskParts;
  readonly #options: SimDiskOptions;
  readonly #logs = new Map<string, StoredLog>();
  readonly #tables = new Map<TableName, SortedRows>();
  /** The write-ahead file. */
  readonly #entries: CommitGroup[];
  /** So many entries are safe from a power cut. */
  #synced: number;
  /** The last sync has begun so many milliseconds after the world: one after the other. */
  #busyUntil = 0;
  #isAlive = true;
  #ends: (() => void) | undefined;

  constructor(options: SimDiskOptions, parts: SimDiskParts) {
    this.#options = options;
    this.#parts = parts;
    this.#entries = [...(options.groups ?? [])];
    this.#synced = this.#entries.length;
    for (const group of this.#entries) this.#apply(group);
  }

  /** What a process that is killed leaves: everything it has written, synced or not. */
  afterKill(): SimDisk {
    return this.#next(this.#entries);
  }

  /** What a power cut leaves: of the entries that were not synced the first few may be there, and the next one is torn. */
  afterPowerCut(): SimDisk {
    const kept = this.#parts.chance.whole(0, this.#entries.length - this.#synced);
    return this.#next(this.#entries.slice(0, this.#synced + kept));
  }

  /** A copy that was made when the file was so long. */
  restored(length: number): SimDisk {
    return this.#next(this.#entries.slice(0, length));
  }

  empty(): SimDisk {
    return this.#next([]);
  }

  /** How much a backup would hold now. */
  get backupLength(): number {
    return this.#synced;
  }

  /** Every further write fails, and with the first of them the process ends (L8): nothing of it goes on after that. */
  fill(ends: () => void): void {
    this.#ends = ends;
  }

  async commit(group: CommitGroup): Promise<void> {
    if (!this.#isAlive) return forever();
    if (this.#ends !== undefined) {
      this.#ends();
      return forever();
    }
    this.#entries.push(group);
    const end = this.#entries.length;
    await this.#sync();
    if (!this.#isAlive) return forever();
    this.#apply(group);
    if (this.#options.honest !== false) this.#synced = Math.max(this.#synced, end);
    else this.#parts.clock.after(WRITE_BACK_MS, () => this.#writeBack(end));
  }

  async heads(): Promise<readonly SignedHead[]> {
    return [...this.#logs.values()]
      .map(({ heads, floor }) => heads.at(-1) ?? floor)
      .filter((head) => head !== undefined);
  }

  async floors(): Promise<readonly SignedHead[]> {
    return [...this.#logs.values()].map(({ floor }) => floor).filter((floor) => floor !== undefined);
  }

  async reclaim(): Promise<void> {}

  async usedBytes(): Promise<number> {
    return [...this.#logs.values()].reduce(
      (sum, { records, floor }) => sum + bytesOf(records, floor?.length ?? 0, records.length),
      0,
    );
  }

  async read(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Batch | undefined> {
    const { records, heads, floor } = this.#log(log);
    if (from < (floor?.length ?? 0)) return undefined;
    let best: SignedHead | undefined;
    for (let i = firstLonger(heads, from); i < heads.length; i++) {
      const head = heads[i] as SignedHead;
      const fits = head.length - from <= limits.records && bytesOf(records, from, head.length) <= limits.bytes;
      if (best !== undefined && !fits) break;
      best = head;
    }
    return best && { from, records: records.slice(from, best.length), head: best };
  }

  async headAt(log: LogId, length: number): Promise<SignedHead | undefined> {
    const { heads, floor } = this.#log(log);
    const head = heads[firstLonger(heads, length) - 1] ?? floor;
    return head !== undefined && head.length <= length ? head : undefined;
  }

  async record(log: LogId, seq: number): Promise<Uint8Array | undefined> {
    const { records, floor } = this.#log(log);
    return seq < (floor?.length ?? 0) ? undefined : records[seq];
  }

  get(table: TableName, key: string): unknown {
    return this.#tables.get(table)?.get(key);
  }

  async range(table: TableName, range?: Range): Promise<readonly (readonly [key: string, value: unknown])[]> {
    return this.rows(table, range);
  }

  rows(table: TableName, range?: Range): readonly (readonly [key: string, value: unknown])[] {
    return this.#tables.get(table)?.range(range) ?? [];
  }

  size(table: TableName): number {
    return this.#tables.get(table)?.size ?? 0;
  }

  #next(groups: readonly CommitGroup[]): SimDisk {
    this.#isAlive = false;
    return new SimDisk({ ...this.#options, groups }, this.#parts);
  }

  #sync(): Promise<void> {
    const { clock, chance } = this.#parts;
    this.#busyUntil = Math.max(this.#busyUntil, clock.now) + chance.whole(SYNC_MS.from, SYNC_MS.to);
    return new Promise((resolve) => {
      clock.after(this.#busyUntil - clock.now, resolve);
    });
  }

  #writeBack(end: number): void {
    if (this.#isAlive) this.#synced = Math.max(this.#synced, end);
  }

  #log(log: LogId): StoredLog {
    return this.#logs.get(logKey(log)) ?? { records: [], heads: [] };
  }

  #apply({ batches, ops, floors = [] }: CommitGroup): void {
    for (const floor of floors) {
      const log = this.#log(floor);
      log.records.length = Math.max(log.records.length, floor.length);
      log.heads.splice(0, firstLonger(log.heads, floor.length));
      log.floor = floor;
      this.#logs.set(logKey(floor), log);
    }
    for (const { from, records, head } of batches) {
      const log = this.#log(head);
      log.records.splice(from, records.length, ...records);
      log.heads.push(head);
      this.#logs.set(logKey(head), log);
    }
    for (const { table, key, value } of ops) {
      const rows = this.#tables.get(table) ?? new SortedRows();
      this.#tables.set(table, rows);
      if (value === undefined) rows.delete(key);
      else rows.set(key, value);
    }
  }
}

/** What a dead process waits for. */
function forever(): Promise<never> {
  return new Promise(() => {});
}

/** Index of the first head that is longer. */
function firstLonger(heads: readonly SignedHead[], length: number): number {
  let [low, high] = [0, heads.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((heads[middle] as SignedHead).length <= length) low = middle + 1;
    else high = middle;
  }
  return low;
}

function bytesOf(records: readonly Uint8Array[], from: number, to: number): number {
  let bytes = 0;
  for (let i = from; i < to; i++) bytes += records[i]?.length ?? 0;
  return bytes;
}
