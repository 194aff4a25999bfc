import { messageOf } from '../../protocols/errors.ts';
import { type LogId, logKey } from '../../protocols/ids.ts';
import { chainHash, genesisHash, type SignedHead } from '../../protocols/record.ts';
import { tableKey } from '../../roles/ports/tables.ts';
import { decodeHeadRow } from './head-row.ts';
import { lastRows } from './last-rows.ts';
import { type Database, placeKey, type ReadOptions, readPlaceKey, type Sublevels } from './tables.ts';

export interface CheckOptions {
  /** Is the head signed by its origin? */
  verify(head: SignedHead): boolean;
}

export interface CheckProblem {
  /** `origin/epoch`. */
  readonly log: string;
  readonly problem: string;
}

export interface CheckReport {
  readonly logs: number;
  readonly records: number;
  readonly heads: number;
  /** What is wrong with the logs: mended only by fetching them from peers. The first of each log. */
  readonly problems: readonly CheckProblem[];
  /** Logs that a projection has not seen to their end: mended by the next start, or by a rebuild. */
  readonly behind: readonly string[];
}

export interface CheckParts {
  readonly db: Database;
  readonly sublevels: Sublevels;
}

const RECORDS_AT_ONCE = 256;

/** Reads everything: each chain from its beginning through every head, each signature, each position. A running store is seen as it was at the call. */
export async function checkStore({ verify }: CheckOptions, { db, sublevels }: CheckParts): Promise<CheckReport> {
  const snapshot = db.snapshot();
  try {
    const walk = new ChainWalk(sublevels, { snapshot }, verify);
    return await walk.run();
  } finally {
    await snapshot.close();
  }
}

class ChainWalk {
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
      const problem = await this.#checkLog(id).catch((error: unknown) => messageOf(error));
      if (problem !== undefined) this.#problems.push({ log, problem });
      if (!this.#isProjected(id, length)) behind.push(log);
    }
    return { logs: lengths.size, records: this.#records, heads: this.#heads, problems: this.#problems, behind };
  }

  /** Every log that has a head; records without one are a problem of their own. */
  async #lengths(): Promise<ReadonlyMap<string, { id: LogId; length: number }>> {
    const lengths = new Map<string, { id: LogId; length: number }>();
    for (const [key, value] of await lastRows(this.#sublevels.heads, this.#options)) {
      const head = decodeHeadRow(key, value);
      lengths.set(logKey(head), { id: { origin: head.origin, epoch: head.epoch }, length: head.length });
    }
    for (const [key] of await lastRows(this.#sublevels.records, this.#options)) {
      const { log } = readPlaceKey(key);
      if (!lengths.has(log)) this.#problems.push({ log, problem: 'it has records but no signed head' });
    }
    return lengths;
  }

  /** Returns the first problem. */
  async #checkLog(log: LogId): Promise<string | undefined> {
    const records = this.#recordsOf(log);
    let hash = genesisHash(log);
    let length = 0;
    for await (const head of this.#headsOf(log)) {
      while (length < head.length) {
        const next = await records.next();
        if (next.done || next.value.seq !== length) return `record ${length} is missing`;
        hash = chainHash(hash, next.value.bytes);
        length += 1;
      }
      if (Buffer.compare(hash, head.hash) !== 0) return `the records do not lead to the head at ${head.length}`;
      if (!this.#verify(head)) return `the head at ${head.length} is not signed by its origin`;
      this.#heads += 1;
    }
    this.#records += length;
    return (await records.next()).done ? undefined : `records behind ${length} have no signed head`;
  }

  async *#headsOf(log: LogId): AsyncGenerator<SignedHead> {
    const range = { ...rangeOf(log), ...this.#options };
    for await (const [key, value] of this.#sublevels.heads.iterator(range)) yield decodeHeadRow(key, value);
  }

  async *#recordsOf(log: LogId): AsyncGenerator<{ readonly seq: number; readonly bytes: Buffer }> {
    const iterator = this.#sublevels.records.iterator({ ...rangeOf(log), ...this.#options });
    try {
      for (
        let rows = await iterator.nextv(RECORDS_AT_ONCE);
        rows.length > 0;
        rows = await iterator.nextv(RECORDS_AT_ONCE)
      ) {
        for (const [key, bytes] of rows) yield { seq: readPlaceKey(key).place, bytes };
      }
    } finally {
      await iterator.close();
    }
  }

  #isProjected({ origin, epoch }: LogId, length: number): boolean {
    const row = this.#sublevels.table('positions').getSync(tableKey(origin, epoch), this.#options);
    if (typeof row !== 'object' || row === null) return false;
    return Object.values(row).every((seen) => seen === length);
  }
}

function rangeOf(log: LogId) {
  return { gte: placeKey(log, 0), lte: placeKey(log, Number.MAX_SAFE_INTEGER) };
}
