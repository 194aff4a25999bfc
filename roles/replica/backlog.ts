import { type LogId, logKey } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { Batch, Disk } from '../ports/disk.ts';
import type { Runtime } from '../ports/runtime.ts';
import { bytesOf } from './check-batch.ts';

export interface BacklogParts {
  readonly disk: Pick<Disk, 'read'>;
  readonly runtime: Pick<Runtime, 'monotonic' | 'after'>;
  /** How many records of a log there will be once everything that was checked is synced. */
  expectedLengthOf(log: LogId): number;
  /** Writes the rows that come of a batch which is synced. Rejects once nothing can be written any more. */
  project(batch: Batch): Promise<void>;
  onFailure(error: unknown): void;
}

/** A bulk has ended when no full batch came for so long. */
const QUIET_MS = 20;
/** A bulk that does not end is projected beside its arrival after so long: that takes the other half of the processor. */
const PATIENCE_MS = 10_000;
/** A batch so full has more behind it. */
const BULK_BYTES = (LIMITS.groupBytes * 3) / 4;
const READ = { records: LIMITS.groupRecords, bytes: LIMITS.groupBytes };

interface Behind {
  readonly log: LogId;
  /** Records of it that are in the tables. */
  next: number;
}

/**
 * Logs that are synced here and not yet in the tables. Catching up, a node first writes what others must not lose, and makes its
 * tables of it when the bulk has ended: a record costs five times as much to project as to verify and write. A crash in between
 * loses nothing: tables know their positions, and the next start goes on there (L9).
 */
export class Backlog {
  readonly #parts: BacklogParts;
  readonly #behind = new Map<string, Behind>();
  #since = 0;
  /** Defined while a drain is to come. */
  #cancel: (() => void) | undefined;
  #draining = false;
  /** The bulk goes on: what was taken for its end was a pause. */
  #interrupted = false;
  /** Something was written since the last look through all logs began. */
  #hasMore = false;
  #stopped = false;

  constructor(parts: BacklogParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#behind.size === 0;
  }

  /** Whether a batch is only written for now. To be asked in the order in which batches are written: a log is projected in order. */
  defers(batch: Batch): boolean {
    const key = logKey(batch.head);
    if (this.#behind.has(key)) return true;
    if (!isBulk(batch)) return false;
    if (this.isEmpty) this.#since = this.#parts.runtime.monotonic();
    const { origin, epoch } = batch.head;
    this.#behind.set(key, { log: { origin, epoch }, next: batch.from });
    return true;
  }

  /** Deferred batches are synced. Only full ones are a sign that the bulk goes on. */
  written(batches: readonly Batch[]): void {
    this.#hasMore = true;
    const goesOn = batches.some(isBulk);
    if (!this.#draining) this.#drainSoon(goesOn);
    else if (goesOn) this.#interrupted = this.#patience() > 0;
  }

  /** A log begins behind this place now: nothing before it comes any more. */
  skip(log: LogId, place: number): void {
    const behind = this.#behind.get(logKey(log));
    if (behind) behind.next = Math.max(behind.next, place);
  }

  /** Nothing of a log waits here. */
  isProjected(log: LogId): boolean {
    return !this.#behind.has(logKey(log));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** Milliseconds for which a bulk may still go on undisturbed. */
  #patience(): number {
    return Math.max(0, this.#since + PATIENCE_MS - this.#parts.runtime.monotonic());
  }

  /** `anew`: what was to come is put off. */
  #drainSoon(anew: boolean): void {
    if (this.#stopped || (this.#cancel !== undefined && !anew)) return;
    this.#cancel?.();
    this.#cancel = this.#parts.runtime.after(Math.min(QUIET_MS, this.#patience()), () => void this.#drain());
  }

  /** Never rejects. */
  async #drain(): Promise<void> {
    this.#draining = true;
    this.#cancel = undefined;
    try {
      while (this.#hasMore && !this.#interrupted) await this.#stepAll();
    } catch (error) {
      this.#parts.onFailure(error);
    }
    this.#draining = false;
    if (this.#interrupted) this.#drainSoon(true);
    this.#interrupted = false;
  }

  async #stepAll(): Promise<void> {
    this.#hasMore = false;
    for (const behind of [...this.#behind.values()]) {
      if (await this.#step(behind)) this.#hasMore = true;
      if (!this.#interrupted) continue;
      this.#hasMore = true;
      return;
    }
  }

  /** One batch of one log. False when there is none, now or at all. */
  async #step(behind: Behind): Promise<boolean> {
    if (this.#stopped) return false;
    const batch = await this.#parts.disk.read(behind.log, behind.next, READ);
    if (batch !== undefined && batch.from === behind.next) {
      await this.#parts.project(batch);
      behind.next = batch.head.length;
    }
    // Between this look and the next batch of the log there is no await: either it is deferred, or the log is up to date.
    if (behind.next >= this.#parts.expectedLengthOf(behind.log)) this.#behind.delete(logKey(behind.log));
    return batch !== undefined;
  }
}

function isBulk({ records }: Batch): boolean {
  return records.length >= LIMITS.groupRecords || bytesOf(records) >= BULK_BYTES;
}
