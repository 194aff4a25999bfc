import type { Runtime } from '../../roles/ports/runtime.ts';

/** Something that must have happened by then. */
export interface Deadline {
  /** Monotonic milliseconds. */
  readonly at: number;
  readonly missed: (ms: number) => void;
}

/**
 * Deadlines of one length with one timer for all: nearly all of thousands a second are met, and a timer of its own for each
 * would cost more than the look at the oldest.
 */
export class Deadlines {
  readonly #ms: number;
  readonly #runtime: Pick<Runtime, 'monotonic' | 'after'>;
  /** In the order they were set, which is the order in which they end. */
  readonly #open = new Set<Deadline>();
  #isWatched = false;

  /** @param ms from `set` on */
  constructor(ms: number, runtime: Pick<Runtime, 'monotonic' | 'after'>) {
    this.#ms = ms;
    this.#runtime = runtime;
  }

  set(missed: (ms: number) => void): Deadline {
    const deadline = { at: this.#runtime.monotonic() + this.#ms, missed };
    this.#open.add(deadline);
    if (!this.#isWatched) this.#watch(this.#ms);
    return deadline;
  }

  met(deadline: Deadline): void {
    this.#open.delete(deadline);
  }

  #watch(ms: number): void {
    this.#isWatched = true;
    this.#runtime.after(ms, () => this.#look());
  }

  #look(): void {
    this.#isWatched = false;
    const now = this.#runtime.monotonic();
    for (const deadline of this.#open) {
      // A timer may fire within the millisecond before its time.
      const left = deadline.at - now;
      if (left >= 1) {
        this.#watch(left);
        return;
      }
      this.#open.delete(deadline);
      deadline.missed(this.#ms);
    }
  }
}
