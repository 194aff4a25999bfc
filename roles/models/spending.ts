import { MeshError } from '../../protocols/errors.ts';
import type { Spender } from '../ports/model.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import { add, type Budgets, findShortage, type Purse, pursesOf, type Shortage } from './budget.ts';
import { type Amount, NOTHING } from './cost.ts';

export interface SpendingParts {
  /** What the records of the organisation say was spent from a purse on the day of now. */
  readonly spentOf: (purse: Pick<Purse, 'scope' | 'name'>) => Amount;
  readonly runtime: Pick<Runtime, 'monotonic'>;
  readonly meter: Meter;
}

/** What a call may take, set aside. */
export interface Reservation {
  /** The call took that and no more will come of it: the rest is free again. */
  took(actual: Amount): void;
  /** Its record is written, or nothing was taken: from now on the records tell. */
  end(): void;
}

const FREE: Reservation = { took: () => {}, end: () => {} };

/**
 * The budgets of this node's calls. Before a call the most that it can take is set aside; it fits beside what the records say and
 * what is set aside for others, or it does not begin. So whatever order calls come in, they never take more than a limit.
 */
export class Spending {
  readonly #budgets: Budgets;
  readonly #parts: SpendingParts;
  /** What is set aside, by purse. */
  readonly #aside = new Map<string, Amount>();
  #waiting: (() => void)[] = [];

  constructor(budgets: Budgets, parts: SpendingParts) {
    this.#budgets = budgets;
    this.#parts = parts;
  }

  /**
   * Sets `most` aside. Where it would fit but for calls that are under way it waits for these: mostly they take less.
   * @throws MeshError `budget-exceeded`; or what ended the signal
   */
  async reserve(spender: Spender | undefined, most: Amount, signal: AbortSignal): Promise<Reservation> {
    const purses = spender === undefined ? [] : pursesOf(spender, this.#budgets);
    if (purses.length === 0) return FREE;
    const began = this.#parts.runtime.monotonic();
    for (;;) {
      const shortage = findShortage(most, purses, (purse) => this.#parts.spentOf(purse));
      if (shortage !== undefined) throw this.#refused(shortage);
      const fits = findShortage(most, purses, (purse) => this.#usedOf(purse)) === undefined;
      if (fits) break;
      await this.#release(signal);
    }
    const waitedMs = this.#parts.runtime.monotonic() - began;
    if (waitedMs > 0) this.#parts.meter.observe('mindmesh_model_wait_seconds', waitedMs / 1_000, { for: 'budget' });
    return this.#setAside(purses, most);
  }

  #setAside(purses: readonly Purse[], most: Amount): Reservation {
    let held = most;
    const hold = (amount: Amount) => {
      const change = { nanoUsd: amount.nanoUsd - held.nanoUsd, tokens: amount.tokens - held.tokens };
      held = amount;
      for (const purse of purses) this.#aside.set(keyOf(purse), add(change, this.#aside.get(keyOf(purse))));
      for (const wake of this.#waiting.splice(0)) wake();
    };
    for (const purse of purses) this.#aside.set(keyOf(purse), add(most, this.#aside.get(keyOf(purse))));
    return { took: hold, end: () => hold(NOTHING) };
  }

  #usedOf(purse: Purse): Amount {
    return add(this.#parts.spentOf(purse), this.#aside.get(keyOf(purse)));
  }

  /** Until something that was set aside is free again. */
  #release(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(signal.reason);
      if (signal.aborted) return ended();
      signal.addEventListener('abort', ended, { once: true });
      this.#waiting.push(() => {
        signal.removeEventListener('abort', ended);
        resolve();
      });
    });
  }

  #refused({ purse: { scope, name }, what, limit, left, wanted }: Shortage): MeshError {
    this.#parts.meter.count('mindmesh_model_refused_total', { scope });
    const say = (amount: number) => (what === 'usd' ? `$${amount.toFixed(6)}` : `${amount} tokens`);
    const whose = scope === 'day' ? 'the organisation' : `${scope === 'general' ? '' : 'the repository '}${name}`;
    const facts = { whose, limit: say(limit), left: say(left), wanted: say(wanted) };
    return new MeshError('budget-exceeded', facts);
  }
}

function keyOf({ scope, name }: Purse): string {
  return `${scope} ${name}`;
}
