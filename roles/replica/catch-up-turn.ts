import type { Runtime } from '../ports/runtime.ts';

/** A catch-up that brought nothing for this long gives its turn away. */
const STALLED_MS = 2_000;

/**
 * Who may catch up now: one link at a time, or a node that comes back would fetch everything from everybody at once.
 * Those that follow only fetch what the first did not have.
 */
export class CatchUpTurn<T extends object> {
  readonly #runtime: Pick<Runtime, 'after'>;
  readonly #waiting = new Map<T, () => void>();
  #holder: T | undefined;
  #cancel: () => void = () => {};

  constructor(runtime: Pick<Runtime, 'after'>) {
    this.#runtime = runtime;
  }

  /** Calls `begin` when it is the turn of `who`: now, or when those before have released theirs. */
  request(who: T, begin: () => void): void {
    this.#waiting.set(who, begin);
    this.#next();
  }

  /** `who` goes ahead: it may keep its turn. */
  progress(who: T): void {
    if (who === this.#holder) this.#watch();
  }

  release(who: T): void {
    this.#waiting.delete(who);
    if (who !== this.#holder) return;
    this.#cancel();
    this.#holder = undefined;
    this.#next();
  }

  stop(): void {
    this.#waiting.clear();
    this.#cancel();
  }

  #next(): void {
    const [first] = this.#waiting;
    if (this.#holder !== undefined || first === undefined) return;
    const [who, begin] = first;
    this.#waiting.delete(who);
    this.#holder = who;
    this.#watch();
    begin();
  }

  #watch(): void {
    this.#cancel();
    this.#cancel = this.#runtime.after(STALLED_MS, () => {
      this.#holder = undefined;
      this.#next();
    });
  }
}
