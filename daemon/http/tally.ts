import type { CounterName, HistogramName, LabelsOf } from '../../roles/ports/metrics.ts';
import type { Meter } from '../../roles/ports/runtime.ts';
import type { Counted, Observed } from './listener-messages.ts';

/** What a thread counts until it tells the main one. */
export class Tally implements Meter {
  #counted = new Map<string, { name: CounterName; labels: object; by: number }>();
  #observed = new Map<string, { name: HistogramName; labels: object; values: number[] }>();

  count<N extends CounterName>(name: N, labels?: LabelsOf<N>, by = 1): void {
    const key = keyOf(name, labels);
    const known = this.#counted.get(key);
    if (known) known.by += by;
    else this.#counted.set(key, { name, labels: labels ?? {}, by });
  }

  observe<N extends HistogramName>(name: N, value: number, labels?: LabelsOf<N>): void {
    const key = keyOf(name, labels);
    const known = this.#observed.get(key);
    if (known) known.values.push(value);
    else this.#observed.set(key, { name, labels: labels ?? {}, values: [value] });
  }

  /** All since the last call; undefined when there is nothing. */
  take(): { readonly counted: readonly Counted[]; readonly observed: readonly Observed[] } | undefined {
    if (this.#counted.size + this.#observed.size === 0) return undefined;
    const taken = { counted: [...this.#counted.values()], observed: [...this.#observed.values()] };
    this.#counted = new Map();
    this.#observed = new Map();
    return taken;
  }
}

function keyOf(name: string, labels: object = {}): string {
  let key = name;
  for (const value of Object.values(labels)) key += `\n${value}`;
  return key;
}
