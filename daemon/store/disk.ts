import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../protocols/errors.ts';
import { type LogId, logKey } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch, CommitGroup, Disk } from '../../roles/ports/disk.ts';
import type { AbsenceFilters } from './absence.ts';
import { readFailure, writeFailure } from './failures.ts';
import { floorValue, readFloor } from './floor-row.ts';
import { lastRows } from './last-rows.ts';
import { encodeSegment, headOf, readSegment, recordBytes, recordsOf, type Segment } from './segment.ts';
import { SegmentCache } from './segment-cache.ts';
import { type Database, placeKey, type Sublevels } from './tables.ts';

export interface LevelDiskParts {
  readonly db: Database;
  readonly sublevels: Sublevels;
  readonly absence?: AbsenceFilters;
}

/** The segments of some seconds of full load. */
const CACHE_BYTES = 8 * 1024 * 1024;
/** Small segments that one call into LevelDB brings. */
const SEGMENTS_AT_ONCE = 64;

/** The logs in LevelDB, in segments. */
export class LevelDisk implements Disk {
  readonly #dir: string;
  readonly #parts: LevelDiskParts;
  readonly #cache = new SegmentCache(CACHE_BYTES);
  /** By log, where it ended at the last write: a reader that has come so far needs no look for more. */
  readonly #ends = new Map<string, number>();
  #failure: MeshError | undefined;

  constructor(dir: string, parts: LevelDiskParts) {
    this.#dir = dir;
    this.#parts = parts;
  }

  /** Something beside the logs could not be written: from now on nothing is (L8). */
  fail(failure: MeshError): void {
    this.#failure ??= failure;
  }

  async heads(): Promise<readonly SignedHead[]> {
    return this.#reading(async () => {
      const rows = await lastRows(this.#parts.sublevels.segments);
      const heads = rows.map(([key, value]) => headOf(key, readSegment(key, value)));
      const known = new Set(heads.map(logKey));
      return [...heads, ...(await this.floors()).filter((floor) => !known.has(logKey(floor)))];
    });
  }

  async floors(): Promise<readonly SignedHead[]> {
    return this.#reading(async () => (await this.#parts.sublevels.floors.iterator().all()).map(readFloor));
  }

  async commit({ batches, ops, floors = [] }: CommitGroup): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { db, sublevels, absence } = this.#parts;
    const dropped = await this.#below(floors);
    const written = batches.map((batch) => ({ log: logKey(batch.head), segment: encodeSegment(batch), batch }));
    const batch = db.batch();
    try {
      for (const { segment, batch: each } of written) {
        batch.put(placeKey(each.head, segment.from), segment.value, { sublevel: sublevels.segments });
      }
      for (const { table, key, value } of ops) {
        if (value !== undefined) absence?.put(table, key);
        if (value === undefined) batch.del(key, { sublevel: sublevels.table(table) });
        else batch.put<string, unknown>(key, value, { sublevel: sublevels.table(table) });
      }
      for (const key of dropped) batch.del(key, { sublevel: sublevels.segments });
      for (const floor of floors) batch.put(logKey(floor), floorValue(floor), { sublevel: sublevels.floors });
      await batch.write({ sync: true });
    } catch (error) {
      // LevelDB takes further writes after a failed one and may lose them silently, so nothing is written any more (L8).
      this.#failure = writeFailure(error, this.#dir);
      throw this.#failure;
    }
    for (const floor of floors) this.#cache.drop(logKey(floor), floor.length);
    for (const { log, segment } of written) {
      this.#cache.add(log, segment);
      this.#ends.set(log, segment.end);
    }
  }

  async read(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Batch | undefined> {
    return this.#reading(async () => {
      const first = await this.#holding(log, from);
      if (first === undefined) return undefined;
      const segments = [first];
      let records = first.end - from;
      let bytes = recordBytes(first, from);
      for await (const segment of this.#following(log, first)) {
        records += segment.end - segment.from;
        bytes += recordBytes(segment);
        if (records > limits.records || bytes > limits.bytes) break;
        segments.push(segment);
      }
      const last = segments[segments.length - 1] as Segment;
      return {
        from,
        records: segments.flatMap((segment) => recordsOf(segment, Math.max(from, segment.from))),
        head: headOf(placeKey(log, last.from), last),
      };
    });
  }

  async headAt(log: LogId, length: number): Promise<SignedHead | undefined> {
    return this.#reading(async () => {
      const last = await this.#before(log, length);
      const fitting = last !== undefined && last.end > length ? await this.#before(log, last.from) : last;
      if (fitting !== undefined) return headOf(placeKey(log, fitting.from), fitting);
      const value = this.#parts.sublevels.floors.getSync(logKey(log));
      const floor = value && readFloor([logKey(log), value]);
      return floor !== undefined && floor.length <= length ? floor : undefined;
    });
  }

  async record(log: LogId, seq: number): Promise<Uint8Array | undefined> {
    return this.#reading(async () => {
      const segment = await this.#holding(log, seq);
      return segment && recordsOf(segment, seq, seq + 1)[0];
    });
  }

  async reclaim(): Promise<void> {
    const { db } = this.#parts;
    if (!('compactRange' in db) || typeof db.compactRange !== 'function') return;
    await db.compactRange('', '~');
  }

  async usedBytes(): Promise<number> {
    const names = await readdir(this.#dir);
    const sizes = await Promise.all(names.map((name) => sizeOf(join(this.#dir, name))));
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Keys of the segments below new floors. */
  async #below(floors: readonly SignedHead[]): Promise<readonly string[]> {
    const { segments } = this.#parts.sublevels;
    const keys: string[] = [];
    for (const floor of floors) {
      keys.push(...(await segments.keys({ gte: placeKey(floor, 0), lt: placeKey(floor, floor.length) }).all()));
    }
    return keys;
  }

  async #holding(log: LogId, place: number): Promise<Segment | undefined> {
    const key = logKey(log);
    const cached = this.#cache.holding(key, place);
    if (cached) return cached;
    const segment = await this.#before(log, place + 1);
    if (segment === undefined || segment.end <= place) return undefined;
    this.#cache.add(key, segment);
    return segment;
  }

  /** The last segment that begins before this place. */
  async #before(log: LogId, place: number): Promise<Segment | undefined> {
    const range = { gte: placeKey(log, 0), lt: placeKey(log, place), reverse: true, limit: 1 };
    const [row] = await this.#parts.sublevels.segments.iterator(range).all();
    return row && readSegment(...row);
  }

  /** The segments behind one, without a gap. */
  async *#following(log: LogId, first: Segment): AsyncGenerator<Segment> {
    const key = logKey(log);
    let { end } = first;
    for (let next = this.#cache.holding(key, end); next; next = this.#cache.holding(key, end)) {
      yield next;
      end = next.end;
    }
    if (this.#ends.get(key) === end) return;
    const range = { gte: placeKey(log, end), lte: placeKey(log, Number.MAX_SAFE_INTEGER) };
    const iterator = this.#parts.sublevels.segments.iterator(range);
    try {
      for (let rows = await iterator.nextv(SEGMENTS_AT_ONCE); rows.length > 0; ) {
        for (const row of rows) {
          const segment = readSegment(...row);
          if (segment.from !== end) throw this.#damaged(`records of ${key} from ${end} on are missing`);
          yield segment;
          end = segment.end;
        }
        rows = await iterator.nextv(SEGMENTS_AT_ONCE);
      }
    } finally {
      await iterator.close();
    }
  }

  async #reading<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw readFailure(error, this.#dir);
    }
  }

  #damaged(problem: string): MeshError {
    return new MeshError('store-damaged', { dir: this.#dir, problem });
  }
}

/** LevelDB deletes files of its own accord: one that is gone takes no room. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
