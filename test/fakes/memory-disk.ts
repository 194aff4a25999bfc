import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';
import { type ErrorCode, MeshError } from '../../protocols/errors.ts';
import { type LogId, logKey } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch, CommitGroup, Disk } from '../../roles/ports/disk.ts';
import type { Range, TableName, Tables } from '../../roles/ports/tables.ts';

export interface MemoryDiskOptions {
  /** How long a sync takes. Default: one microtask. */
  readonly sync?: () => Promise<void>;
  /** False for a disk that says it synced and did not: for tests that must find that out. */
  readonly honest?: boolean;
}

interface StoredLog {
  /** By place; those below the floor are gone. */
  readonly records: (Uint8Array | undefined)[];
  heads: SignedHead[];
  floor?: SignedHead;
}

const PREFIX_BYTES = 8;

/**
 * A disk as LevelDB shows it: each group is one checked entry of a write-ahead file, seen by readers once it is synced. What
 * was written and not synced can be dropped, also in the middle of an entry.
 */
export class MemoryDisk implements Disk, Tables {
  readonly #options: MemoryDiskOptions;
  readonly #logs = new Map<string, StoredLog>();
  readonly #tables = new Map<TableName, Map<string, string>>();
  readonly #file: Buffer[] = [];
  #writtenBytes: number;
  #syncedBytes: number;
  #failure: MeshError | undefined;
  /** Commits so far. */
  commits = 0;

  constructor(options: MemoryDiskOptions = {}, file: Buffer = Buffer.alloc(0)) {
    this.#options = options;
    const groups = readEntries(file);
    for (const { group } of groups) this.#apply(group);
    this.#syncedBytes = groups.at(-1)?.end ?? 0;
    this.#writtenBytes = this.#syncedBytes;
    this.#file.push(file.subarray(0, this.#syncedBytes));
  }

  get unsyncedBytes(): number {
    return this.#writtenBytes - this.#syncedBytes;
  }

  /** The disk after a power cut: of what was not synced, the first `keep` bytes happen to be there. This one is dead. */
  crash(keep = 0): MemoryDisk {
    this.fail('store-write-failed');
    return new MemoryDisk(this.#options, Buffer.concat(this.#file).subarray(0, this.#syncedBytes + keep));
  }

  /** Every further write fails. */
  fail(code: ErrorCode & ('disk-full' | 'store-write-failed')): void {
    const facts = { dir: 'memory', problem: 'it was told to' };
    this.#failure = new MeshError(code, facts);
  }

  async commit(group: CommitGroup): Promise<void> {
    if (this.#failure) throw this.#failure;
    const entry = encodeEntry(group);
    this.#file.push(entry);
    this.#writtenBytes += entry.length;
    const end = this.#writtenBytes;
    await this.#options.sync?.();
    if (this.#failure) throw this.#failure;
    if (this.#options.honest !== false) this.#syncedBytes = end;
    this.commits += 1;
    this.#apply(group);
  }

  async heads(): Promise<readonly SignedHead[]> {
    return [...this.#logs.values()]
      .map(({ heads, floor }) => heads.at(-1) ?? floor)
      .filter((head) => head !== undefined);
  }

  async floors(): Promise<readonly SignedHead[]> {
    return [...this.#logs.values()].map(({ floor }) => floor).filter((floor) => floor !== undefined);
  }

  async read(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Batch | undefined> {
    const { records, heads, floor } = this.#log(log);
    if (from < (floor?.length ?? 0)) return undefined;
    const fits = (head: SignedHead) =>
      head.length - from <= limits.records && bytesOf(present(records.slice(from, head.length))) <= limits.bytes;
    const following = heads.filter((head) => head.length > from);
    const head = following.filter(fits).at(-1) ?? following[0];
    return head && { from, records: present(records.slice(from, head.length)), head };
  }

  async headAt(log: LogId, length: number): Promise<SignedHead | undefined> {
    const { heads, floor } = this.#log(log);
    return [...(floor ? [floor] : []), ...heads].findLast((head) => head.length <= length);
  }

  async record(log: LogId, seq: number): Promise<Uint8Array | undefined> {
    return this.#log(log).records[seq];
  }

  async reclaim(): Promise<void> {}

  async usedBytes(): Promise<number> {
    const logs = [...this.#logs.values()].reduce((sum, { records }) => sum + bytesOf(present(records)), 0);
    const rows = [...this.#tables.values()].flatMap((table) => [...table]);
    return rows.reduce((sum, [key, value]) => sum + key.length + value.length, logs);
  }

  get(table: TableName, key: string): unknown {
    const value = this.#tables.get(table)?.get(key);
    return value === undefined ? undefined : JSON.parse(value);
  }

  async range(table: TableName, range: Range = {}): Promise<readonly (readonly [key: string, value: unknown])[]> {
    const { prefix = '', after = '', limit } = range;
    return this.rows(table)
      .filter(([key]) => key.startsWith(prefix) && compareBytes(key, after) > 0)
      .slice(0, limit);
  }

  /** A whole table in key order. */
  rows(table: TableName): readonly (readonly [key: string, value: unknown])[] {
    return [...(this.#tables.get(table) ?? [])]
      .sort(([a], [b]) => compareBytes(a, b))
      .map(([key, value]) => [key, JSON.parse(value)]);
  }

  #log(log: LogId): StoredLog {
    return this.#logs.get(logKey(log)) ?? { records: [], heads: [] };
  }

  #apply({ batches, ops, floors = [] }: CommitGroup): void {
    for (const floor of floors) {
      const log = this.#log(floor);
      log.records.length = Math.max(log.records.length, floor.length);
      log.records.fill(undefined, 0, floor.length);
      log.heads = log.heads.filter(({ length }) => length > floor.length);
      log.floor = floor;
      this.#logs.set(logKey(floor), log);
    }
    for (const { from, records, head } of batches) {
      const log = this.#log(head);
      records.forEach((record, i) => {
        log.records[from + i] = Uint8Array.from(record);
      });
      log.heads.push(head);
      this.#logs.set(logKey(head), log);
    }
    for (const { table, key, value } of ops) {
      const rows = this.#tables.get(table) ?? new Map<string, string>();
      this.#tables.set(table, rows);
      if (value === undefined) rows.delete(key);
      else rows.set(key, JSON.stringify(value));
    }
  }
}

/** Length and checksum, then the group: what is cut or changed is not read. */
function encodeEntry(group: CommitGroup): Buffer {
  const body = serialize(group);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(body.length, 0);
  prefix.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([prefix, body]);
}

function readEntries(file: Buffer): { readonly group: CommitGroup; readonly end: number }[] {
  const entries: { group: CommitGroup; end: number }[] = [];
  let at = 0;
  while (at + PREFIX_BYTES <= file.length) {
    const end = at + PREFIX_BYTES + file.readUInt32BE(at);
    const body = file.subarray(at + PREFIX_BYTES, end);
    if (end > file.length || crc32(body) !== file.readUInt32BE(at + 4)) break;
    entries.push({ group: deserialize(body), end });
    at = end;
  }
  return entries;
}

function present(records: readonly (Uint8Array | undefined)[]): Uint8Array[] {
  return records.filter((record) => record !== undefined);
}

function bytesOf(records: readonly Uint8Array[]): number {
  return records.reduce((sum, record) => sum + record.length, 0);
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
