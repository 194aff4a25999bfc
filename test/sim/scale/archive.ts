import { type LogId, logKey } from '../../../protocols/ids.ts';
import type { SignedHead } from '../../../protocols/record.ts';
import type { Batch, CommitGroup, Disk } from '../../../roles/ports/disk.ts';
import type { Tables } from '../../../roles/ports/tables.ts';
import type { SimClock } from '../whole/clock.ts';

interface ArchivedLog {
  readonly place: number;
  readonly records: Uint8Array[];
  readonly heads: SignedHead[];
}

/** Every log once, whoever holds it: replicas of one log are beginnings of it, so that a disk only has to know how long its own is. */
export class Archive {
  readonly #logs = new Map<string, ArchivedLog>();

  get logs(): readonly ArchivedLog[] {
    return [...this.#logs.values()];
  }

  log(log: LogId): ArchivedLog {
    const key = logKey(log);
    const known = this.#logs.get(key) ?? { place: this.#logs.size, records: [], heads: [] };
    this.#logs.set(key, known);
    return known;
  }

  put({ from, records, head }: Batch): ArchivedLog {
    const log = this.log(head);
    if (from + records.length > log.records.length) {
      log.records.splice(from, records.length, ...records.map((record) => Uint8Array.from(record)));
    }
    const last = log.heads.at(-1);
    if (last === undefined || head.length > last.length) log.heads.push(head);
    return log;
  }
}

const SYNC_MS = 3;

/** The disk of one of a thousand nodes in one process. It has no tables. */
export class ArchiveDisk implements Disk {
  readonly #parts: { readonly archive: Archive; readonly clock: Pick<SimClock, 'after'> };
  readonly #lengths: number[] = [];

  constructor(parts: { readonly archive: Archive; readonly clock: Pick<SimClock, 'after'> }) {
    this.#parts = parts;
  }

  /** Holds everything that the archive holds now. */
  fill(): void {
    for (const { place, records } of this.#parts.archive.logs) this.#lengths[place] = records.length;
  }

  async heads(): Promise<readonly SignedHead[]> {
    return this.#parts.archive.logs
      .map(({ place, heads }) => heads.findLast(({ length }) => length <= (this.#lengths[place] ?? 0)))
      .filter((head) => head !== undefined);
  }

  async floors(): Promise<readonly SignedHead[]> {
    return [];
  }

  async commit({ batches }: CommitGroup): Promise<void> {
    const { archive, clock } = this.#parts;
    await new Promise<void>((resolve) => void clock.after(SYNC_MS, resolve));
    for (const batch of batches) this.#lengths[archive.put(batch).place] = batch.head.length;
  }

  async read(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Batch | undefined> {
    const { place, records, heads } = this.#parts.archive.log(log);
    const length = this.#lengths[place] ?? 0;
    const following = heads.filter((head) => head.length > from && head.length <= length);
    const head = following.findLast((each) => each.length - from <= limits.records) ?? following[0];
    return head && { from, records: records.slice(from, head.length), head };
  }

  async headAt(log: LogId, length: number): Promise<SignedHead | undefined> {
    return this.#parts.archive.log(log).heads.findLast((head) => head.length <= length);
  }

  async record(log: LogId, seq: number): Promise<Uint8Array | undefined> {
    return this.#parts.archive.log(log).records[seq];
  }

  async reclaim(): Promise<void> {}

  async usedBytes(): Promise<number> {
    return 0;
  }
}

export const NO_TABLES: Tables = { get: () => undefined, range: async () => [] };
