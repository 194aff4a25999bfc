import { MeshError } from '../../protocols/errors.ts';
import type { Runtime } from '../ports/runtime.ts';

export interface RateOptions {
  /** For messages. */
  readonly name: string;
  readonly perMinute: number;
}

const MINUTE_MS = 60_000;

/** Lets at most so many calls begin in any minute, in the order in which they came. */
export class RateLimit {
  readonly #options: RateOptions;
  readonly #runtime: Pick<Runtime, 'monotonic' | 'after'>;
  /** When calls of the last minute began, the oldest first. */
  #begun: number[] = [];
  readonly #waiting: { readonly go: () => void }[] = [];
  #cancel: (() => void) | undefined;

  constructor(options: RateOptions, runtime: Pick<Runtime, 'monotonic' | 'after'>) {
    this.#options = options;
    this.#runtime = runtime;
  }

  /**
   * Resolves once the call may begin, with the milliseconds it waited.
   * @param maxWaitMs whoever would have to wait longer is told at once
   * @throws MeshError `model-unavailable`; or what ended the signal
   */
  async take(maxWaitMs: number, signal: AbortSignal): Promise<number> {
    const now = this.#runtime.monotonic();
    this.#forget(now);
    if (this.#waiting.length === 0 && this.#begun.length < this.#options.perMinute) {
      this.#begun.push(now);
      return 0;
    }
    const waitMs = this.#waitOf(this.#waiting.length, now);
    if (waitMs > maxWaitMs) {
      const { name, perMinute } = this.#options;
      const problem = `its ${perMinute} requests a minute are used up for ${Math.ceil(waitMs / 1_000)} s`;
      throw new MeshError('model-unavailable', { model: name, problem });
    }
    await this.#turn(signal);
    return this.#runtime.monotonic() - now;
  }

  /** How long the one behind `ahead` others has to wait. */
  #waitOf(ahead: number, now: number): number {
    const { perMinute } = this.#options;
    const minutes = Math.floor(ahead / perMinute);
    // In the round after this one the place is that of somebody who waits now.
    const free = this.#begun[ahead % perMinute] ?? now;
    return free + (minutes + 1) * MINUTE_MS - now;
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = () => {
        this.#waiting.splice(this.#waiting.indexOf(entry), 1);
        reject(signal.reason);
      };
      const entry = {
        go: () => {
          signal.removeEventListener('abort', ended);
          resolve();
        },
      };
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener('abort', ended, { once: true });
      this.#waiting.push(entry);
      this.#schedule();
    });
  }

  #schedule(): void {
    const [oldest] = this.#begun;
    if (this.#cancel !== undefined || this.#waiting.length === 0) return;
    const waitMs = oldest === undefined ? 0 : Math.max(0, oldest + MINUTE_MS - this.#runtime.monotonic());
    this.#cancel = this.#runtime.after(waitMs, () => {
      this.#cancel = undefined;
      this.#admit();
      this.#schedule();
    });
  }

  #admit(): void {
    const now = this.#runtime.monotonic();
    this.#forget(now);
    while (this.#begun.length < this.#options.perMinute) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      this.#begun.push(now);
      next.go();
    }
  }

  #forget(now: number): void {
    this.#begun = this.#begun.filter((at) => at + MINUTE_MS > now);
  }
}
