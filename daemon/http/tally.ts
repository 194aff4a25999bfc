import type { CounterName, HistogramName, LabelsOf } from '../../roles/ports/metrics.ts';
import type { Meter } from '../../roles/ports/runtime.ts';
import type { Counted, Observed } from './listener-messages.ts';

/**
 * What a thread counts until it tells the main one. Whoever counts often gives the same object of labels each time: it is known
 * by itself, and not by what it says.
 */
export class Tally implements Meter {
  #counted = new Map<CounterName, Map<object, { name: CounterName; labels: object; by: number }>>();
  #observed = new Map<HistogramName, Map<object, { name: HistogramName; labels: object; values: number[] }>>();

  count<N extends CounterName>(name: N, labels: LabelsOf<N> | typeof NONE = NONE, by = 1): void {
    const rows = rowsOf(this.#counted, name);
    const known = rows.get(labels);
    if (known) known.by += by;
    else rows.set(labels, { name, labels, by });
  }

  observe<N extends HistogramName>(name: N, value: number, labels: LabelsOf<N> | typeof NONE = NONE): void {
    const rows = rowsOf(this.#observed, name);
    const known = rows.get(labels);
    if (known) known.values.push(value);
    else rows.set(labels, { name, labels, values: [value] });
  }

  /** All since the last call; undefined when there is nothing. */
  take(): { readonly counted: readonly Counted[]; readonly observed: readonly Observed[] } | undefined {
    if (this.#counted.size + this.#observed.size === 0) return undefined;
    const taken = { counted: allOf(this.#counted), observed: allOf(this.#observed) };
    this.#counted = new Map();
    this.#observed = new Map();
    return taken;
  }
}

const NONE = {};

function rowsOf<N, R>(table: Map<N, Map<object, R>>, name: N): Map<object, R> {
  const known = table.get(name);
  if (known) return known;
  const rows = new Map<object, R>();
  table.set(name, rows);
  return rows;
}

function allOf<R>(table: ReadonlyMap<unknown, ReadonlyMap<object, R>>): R[] {
  return [...table.values()].flatMap((rows) => [...rows.values()]);
}
