import { messageOf } from '../../protocols/errors.ts';
import { type LogId, logKey } from '../../protocols/ids.ts';
import { chainHash, genesisHash, type SignedHead } from '../../protocols/record.ts';
import { TABLES, type TableName, tableKey } from '../../roles/ports/tables.ts';
import { readFloor } from './floor-row.ts';
import { lastRows } from './last-rows.ts';
import { headOf, readSegment, recordsOf, type Segment } from './segment.ts';
import { type Database, placeKey, type ReadOptions, readPlaceKey, type Sublevels } from './tables.ts';

export interface CheckOptions {
  /** Is the head signed by its origin? */
  verify(head: SignedHead): boolean;
}

export interface CheckProblem {
  /** A log as `origin/epoch`, or the name of a table. */
  readonly log: string;
  readonly problem: string;
}

export interface CheckReport {
  readonly logs: number;
  readonly records: number;
  readonly heads: number;
  /** What is wrong, the first of each log and table. Logs are mended by fetching them from peers, tables by a rebuild. */
  readonly problems: readonly CheckProblem[];
  /** Logs that a projection has not seen to their end: mended by the next start, or by a rebuild. */
  readonly behind: readonly string[];
}

export interface CheckParts {
  readonly db: Database;
  readonly sublevels: Sublevels;
}

const ROWS_AT_ONCE = 1_000;

/**
 * Reads everything: each chain from its beginning through every head, each signature, each position, each row. A running store
 * is seen as it was at the call. A write that LevelDB lost at the very end of its file leaves a whole, shorter log: only peers
 * know of that.
 */
export async function checkStore({ verify }: CheckOptions, { db, sublevels }: CheckParts): Promise<CheckReport> {
  const snapshot = db.snapshot();
  try {
    return await new StoreWalk(sublevels, { snapshot }, verify).run();
  } finally {
    await snapshot.close();
  }
}

class StoreWalk {
  readonly #sublevels: Sublevels;
  readonly #options: ReadOptions;
  readonly #verify: (head: SignedHead) => boolean;
  readonly #problems: CheckProblem[] = [];
  #records = 0;
  #heads = 0;

  constructor(sublevels: Sublevels, options: ReadOptions, verify: (head: SignedHead) => boolean) {
    this.#sublevels = sublevels;
    this.#options = options;
    this.#verify = verify;
  }

  async run(): Promise<CheckReport> {
    const lengths = await this.#lengths();
    const behind: string[] = [];
    for (const [log, { id, length }] of lengths) {
      await this.#note(log, this.#checkLog(id));
      if (!this.#isProjected(id, length)) behind.push(log);
    }
    for (const table of Object.values(TABLES)) await this.#note(table, this.#readTable(table));
    return { logs: lengths.size, records: this.#records, heads: this.#heads, problems: this.#problems, behind };
  }

  /** What cannot be read is a problem of that place; the rest is still looked at. */
  async #note(log: string, checking: Promise<string | undefined>): Promise<void> {
    const problem = await checking.catch((error: unknown) => messageOf(error));
    if (problem !== undefined) this.#problems.push({ log, problem });
  }

  async #lengths(): Promise<ReadonlyMap<string, { id: LogId; length: number }>> {
    const lengths = new Map<string, { id: LogId; length: number }>();
    for (const [key, value] of await this.#lastRows()) {
      try {
        const { origin, epoch, length } = headOf(key, readSegment(key, value));
        lengths.set(logKey({ origin, epoch }), { id: { origin, epoch }, length });
      } catch (error) {
        this.#problems.push({ log: readPlaceKey(key).log, problem: messageOf(error) });
      }
    }
    return lengths;
  }

  async #lastRows() {
    try {
      return await lastRows(this.#sublevels.segments, this.#options);
    } catch (error) {
      this.#problems.push({ log: 'segments', problem: messageOf(error) });
      return [];
    }
  }

  /** Returns the first problem. */
  async #checkLog(log: LogId): Promise<string | undefined> {
    const floor = this.#floorOf(log);
    if (floor && !this.#verify(floor)) return `the floor at ${floor.length} is not signed by its origin`;
    let hash = floor?.hash ?? genesisHash(log);
    let length = floor?.length ?? 0;
    for await (const [key, segment] of this.#segmentsOf(log)) {
      if (segment.from > length) return `record ${length} is missing`;
      if (segment.from < length) return `record ${segment.from} is there twice`;
      hash = chainHash(hash, recordsOf(segment));
      const head = headOf(key, segment);
      if (Buffer.compare(hash, head.hash) !== 0) return `the records do not lead to the head at ${head.length}`;
      if (!this.#verify(head)) return `the head at ${head.length} is not signed by its origin`;
      length = head.length;
      this.#records += segment.end - segment.from;
      this.#heads += 1;
    }
    return undefined;
  }

  #floorOf(log: LogId): SignedHead | undefined {
    const key = logKey(log);
    const value = this.#sublevels.floors.getSync(key, this.#options);
    return value && readFloor([key, value]);
  }

  async *#segmentsOf(log: LogId): AsyncGenerator<readonly [key: string, segment: Segment]> {
    const iterator = this.#sublevels.segments.iterator({ ...rangeOf(log), ...this.#options });
    try {
      for (let row = await iterator.next(); row; row = await iterator.next()) yield [row[0], readSegment(...row)];
    } finally {
      await iterator.close();
    }
  }

  async #readTable(table: TableName): Promise<undefined> {
    const iterator = this.#sublevels.table(table).iterator(this.#options);
    try {
      while ((await iterator.nextv(ROWS_AT_ONCE)).length > 0);
    } finally {
      await iterator.close();
    }
  }

  #isProjected({ origin, epoch }: LogId, length: number): boolean {
    try {
      const row = this.#sublevels.table('positions').getSync(tableKey(origin, epoch), this.#options);
      return typeof row === 'object' && row !== null && Object.values(row).every((seen) => seen === length);
    } catch {
      // A row that cannot be read is a problem of its table, and nothing was seen as far as anybody knows.
      return false;
    }
  }
}

function rangeOf(log: LogId) {
  return { gte: placeKey(log, 0), lte: placeKey(log, Number.MAX_SAFE_INTEGER) };
}
