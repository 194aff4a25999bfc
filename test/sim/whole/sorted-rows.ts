import { compareText } from '../../../protocols/ids.ts';
import type { Range } from '../../../roles/ports/tables.ts';

/** One table in key order. Values are kept as they were given: whoever reads them decodes them into a copy. */
export class SortedRows {
  readonly #values = new Map<string, unknown>();
  #keys: string[] = [];
  /** Keys that are not in `#keys` yet: a table is written far more often than it is read in order. */
  readonly #fresh = new Set<string>();
  #hasGaps = false;

  get(key: string): unknown {
    return this.#values.get(key);
  }

  set(key: string, value: unknown): void {
    if (!this.#values.has(key)) this.#fresh.add(key);
    this.#values.set(key, value);
  }

  delete(key: string): void {
    if (!this.#values.delete(key)) return;
    if (!this.#fresh.delete(key)) this.#hasGaps = true;
  }

  get size(): number {
    return this.#values.size;
  }

  range({ prefix = '', after = '', limit = Number.POSITIVE_INFINITY }: Range = {}): [string, unknown][] {
    const rows: [string, unknown][] = [];
    if (this.#values.size === 0) return rows;
    const keys = this.#sorted();
    for (let i = firstNotBelow(keys, prefix > after ? prefix : after); i < keys.length && rows.length < limit; i++) {
      const key = keys[i] as string;
      if (!key.startsWith(prefix) && key > prefix) break;
      if (key.startsWith(prefix) && key > after) rows.push([key, this.#values.get(key)]);
    }
    return rows;
  }

  #sorted(): readonly string[] {
    if (this.#hasGaps) this.#keys = this.#keys.filter((key) => this.#values.has(key) && !this.#fresh.has(key));
    this.#hasGaps = false;
    if (this.#fresh.size === 0) return this.#keys;
    if (this.#fresh.size > 4) this.#keys = merged(this.#keys, [...this.#fresh].sort(compareText));
    else for (const key of this.#fresh) this.#keys.splice(firstNotBelow(this.#keys, key), 0, key);
    this.#fresh.clear();
    return this.#keys;
  }
}

/** Two sorted lists as one. */
function merged(a: readonly string[], b: readonly string[]): string[] {
  const all: string[] = [];
  let next = 0;
  for (const key of b) {
    while (next < a.length && (a[next] as string) < key) all.push(a[next++] as string);
    all.push(key);
  }
  while (next < a.length) all.push(a[next++] as string);
  return all;
}

/** Index of the first key that is at least so high. */
function firstNotBelow(keys: readonly string[], key: string): number {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
