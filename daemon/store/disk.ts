import { MeshError } from '../../protocols/errors.ts';
import { type LogId, logKey } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch, CommitGroup, Disk } from '../../roles/ports/disk.ts';
import type { AbsenceFilters } from './absence.ts';
import { readFailure, writeFailure } from './failures.ts';
import { decodeHeadRow, encodeHeadRow } from './head-row.ts';
import { lastRows } from './last-rows.ts';
import { type Database, placeKey, readPlaceKey, type Sublevels } from './tables.ts';

export interface LevelDiskParts {
  readonly db: Database;
  readonly sublevels: Sublevels;
  readonly absence?: AbsenceFilters;
}

/** The logs in LevelDB. */
export class LevelDisk implements Disk {
  readonly #dir: string;
  readonly #parts: LevelDiskParts;
  #failure: MeshError | undefined;

  constructor(dir: string, parts: LevelDiskParts) {
    this.#dir = dir;
    this.#parts = parts;
  }

  async heads(): Promise<readonly SignedHead[]> {
    try {
      return (await lastRows(this.#parts.sublevels.heads)).map(([key, value]) => decodeHeadRow(key, value));
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  async commit({ batches, ops }: CommitGroup): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { db, sublevels, absence } = this.#parts;
    const { records: sublevel, heads } = sublevels;
    const batch = db.batch();
    try {
      for (const { from, records, head } of batches) {
        records.forEach((record, i) => {
          batch.put(placeKey(head, from + i), asBuffer(record), { sublevel });
        });
        batch.put(placeKey(head, head.length), encodeHeadRow(head), { sublevel: heads });
      }
      for (const { table, key, value } of ops) {
        if (value !== undefined) absence?.put(table, key);
        if (value === undefined) batch.del(key, { sublevel: sublevels.table(table) });
        else batch.put<string, unknown>(key, value, { sublevel: sublevels.table(table) });
      }
      await batch.write({ sync: true });
    } catch (error) {
      // LevelDB takes further writes after a failed one and may lose them silently, so nothing is written any more (L8).
      this.#failure = writeFailure(error, this.#dir);
      throw this.#failure;
    }
  }

  async read(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Batch | undefined> {
    const fitting = await this.#records(log, from, limits);
    const head =
      (await this.#head({ gt: placeKey(log, from), lte: placeKey(log, from + fitting.length), reverse: true })) ??
      (await this.#head({ gt: placeKey(log, from + fitting.length), lte: placeKey(log, Number.MAX_SAFE_INTEGER) }));
    if (head === undefined) return undefined;
    const count = head.length - from;
    const rest = { records: count - fitting.length, bytes: Number.POSITIVE_INFINITY };
    const more = rest.records > 0 ? await this.#records(log, from + fitting.length, rest) : [];
    const records = [...fitting.slice(0, count), ...more];
    if (records.length < count) throw this.#damaged(`records of ${logKey(log)} before ${head.length} are missing`);
    return { from, records, head };
  }

  headAt(log: LogId, length: number): Promise<SignedHead | undefined> {
    return this.#head({ gte: placeKey(log, 0), lte: placeKey(log, length), reverse: true });
  }

  async record(log: LogId, seq: number): Promise<Uint8Array | undefined> {
    try {
      return this.#parts.sublevels.records.getSync(placeKey(log, seq));
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  async #head(range: { gt?: string; gte?: string; lte: string; reverse?: boolean }): Promise<SignedHead | undefined> {
    try {
      const [row] = await this.#parts.sublevels.heads.iterator({ ...range, limit: 1 }).all();
      return row && decodeHeadRow(...row);
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  /** As many as follow one another without a gap and fit into the limits. */
  async #records(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Uint8Array[]> {
    // One call into LevelDB brings what a batch may hold; its default is 16 kB a call.
    const range = {
      gte: placeKey(log, from),
      lt: placeKey(log, from + limits.records),
      limit: limits.records,
      highWaterMarkBytes: Math.min(limits.bytes, 4 * 1024 * 1024),
    };
    try {
      const rows = await this.#parts.sublevels.records.iterator(range).all();
      return takeFitting(rows, from, limits.bytes);
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  #damaged(problem: string): MeshError {
    return new MeshError('store-damaged', { dir: this.#dir, problem });
  }
}

function takeFitting(rows: readonly (readonly [string, Buffer])[], from: number, limit: number): Uint8Array[] {
  const fitting: Uint8Array[] = [];
  let bytes = 0;
  for (const [key, value] of rows) {
    bytes += value.length;
    if (bytes > limit || readPlaceKey(key).place !== from + fitting.length) break;
    fitting.push(value);
  }
  return fitting;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
