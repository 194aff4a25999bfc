import { messageOf } from '../../protocols/errors.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';

export interface OpenCountParts {
  readonly journal: Pick<Journal, 'onCommit'>;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'after' | 'log'>;
}

/** Copies of events make it inexact in between. */
const RECOUNT_MS = 60_000;
/** Rows that are read at once: a few milliseconds. */
const PAGE = 1_000;

/** How many events are not settled: counted at the start and once a minute, followed record by record in between. */
export class OpenCount {
  readonly #parts: OpenCountParts;
  #value = 0;
  /** What commits changed since the count under way began. */
  #since = 0;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(parts: OpenCountParts) {
    this.#parts = parts;
    parts.journal.onCommit((entries) => {
      for (const { decoded } of entries) {
        if (!decoded.ok) continue;
        if (decoded.record.type === 'event') this.#since += 1;
        if (decoded.record.type === 'settled') this.#since -= 1;
      }
    });
  }

  get value(): number {
    return Math.max(0, this.#value + this.#since);
  }

  async start(): Promise<void> {
    await this.#recount();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  async #recount(): Promise<void> {
    this.#value = this.value;
    this.#since = 0;
    try {
      this.#value = await this.#count();
    } catch (error) {
      this.#parts.runtime.log.warn({ problem: messageOf(error) }, 'open events cannot be counted');
    }
    if (!this.#stopped) this.#cancel = this.#parts.runtime.after(RECOUNT_MS, () => void this.#recount());
  }

  async #count(): Promise<number> {
    let count = 0;
    for (let after = ''; !this.#stopped; ) {
      const rows = await this.#parts.tables.range('open', { after, limit: PAGE });
      count += rows.length;
      const last = rows.at(-1);
      if (last === undefined || rows.length < PAGE) break;
      [after] = last;
    }
    return count;
  }
}
