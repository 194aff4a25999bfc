import { KEY_SEPARATOR, type TableName } from '../../roles/ports/tables.ts';
import type { Sublevels } from './tables.ts';

/**
 * Tables that are asked for keys which mostly are not there: is this event known, is it open, is it settled. LevelDB takes
 * 5 µs to say no, seven times an event.
 */
const FILTERED: readonly TableName[] = ['ids', 'open', 'settled', 'ended', 'inbox', 'reopened', 'sessions', 'subjects'];

/**
 * The table that is asked for ranges which mostly are empty: has an execution of this task begun, is it done, was it handed back.
 * An iterator takes 80 µs to say no, five times a task. Filtered by the parts of its keys that name event, type, and slot.
 */
const RANGED: TableName = 'facts';
const RANGED_PARTS = 3;

const FIRST_BITS = 1 << 20;
/** With seven probes one absent key in a hundred is looked up in vain. */
const BITS_PER_KEY = 10;
const PROBES = 7;

/** Bloom filters of whole tables: a key or a beginning of keys they do not know is in no file and no buffer of LevelDB. */
export class AbsenceFilters {
  readonly #filters = new Map(FILTERED.map((table) => [table, new AbsenceFilter()]));
  readonly #beginnings = new AbsenceFilter();
  #isComplete = false;

  /** Reads every key there is; until then nothing is said to be absent. What is written meanwhile is told by `put`. */
  async load(sublevels: Sublevels): Promise<void> {
    for (const [table, filter] of this.#filters) {
      for await (const key of sublevels.table(table).keys()) filter.add(key);
    }
    for await (const key of sublevels.table(RANGED).keys()) this.put(RANGED, key);
    this.#isComplete = true;
  }

  /** To be told before the write begins. A key that is deleted later stays known, which costs a look-up at most. */
  put(table: TableName, key: string): void {
    this.#filters.get(table)?.add(key);
    if (table !== RANGED) return;
    const beginning = beginningOf(key);
    if (beginning !== undefined) this.#beginnings.add(beginning);
  }

  isAbsent(table: TableName, key: string): boolean {
    return this.#isComplete && this.#filters.get(table)?.mayHave(key) === false;
  }

  /** No key of the table begins so. */
  isRangeAbsent(table: TableName, prefix: string): boolean {
    if (!this.#isComplete || table !== RANGED) return false;
    const beginning = beginningOf(prefix);
    return beginning !== undefined && !this.#beginnings.mayHave(beginning);
  }
}

/** The first parts of a key; undefined where it has fewer, or where the last of them is empty: what is no task is not asked for. */
function beginningOf(key: string): string | undefined {
  let end = -1;
  let last = -1;
  for (let part = 0; part < RANGED_PARTS; part++) {
    last = end;
    end = key.indexOf(KEY_SEPARATOR, end + 1);
    if (end < 0) return undefined;
  }
  return end === last + 1 ? undefined : key.slice(0, end);
}

interface Layer {
  readonly bits: Uint32Array;
  readonly mask: number;
  room: number;
}

/** Grows by a layer twice as large whenever one is full. */
export class AbsenceFilter {
  readonly #layers: Layer[] = [];

  add(key: string): void {
    const { bits, mask } = this.#openLayer();
    const { first, step } = hashOf(key);
    for (let probe = 0, at = first; probe < PROBES; probe++, at = (at + step) >>> 0) {
      const bit = at & mask;
      bits[bit >>> 5] = (bits[bit >>> 5] ?? 0) | (1 << (bit & 31));
    }
  }

  mayHave(key: string): boolean {
    const { first, step } = hashOf(key);
    return this.#layers.some(({ bits, mask }) => {
      for (let probe = 0, at = first; probe < PROBES; probe++, at = (at + step) >>> 0) {
        const bit = at & mask;
        if (((bits[bit >>> 5] ?? 0) & (1 << (bit & 31))) === 0) return false;
      }
      return true;
    });
  }

  #openLayer(): Layer {
    const last = this.#layers.at(-1);
    if (last !== undefined && last.room > 0) {
      last.room -= 1;
      return last;
    }
    const bits = last === undefined ? FIRST_BITS : (last.mask + 1) * 2;
    const layer = { bits: new Uint32Array(bits / 32), mask: bits - 1, room: Math.floor(bits / BITS_PER_KEY) - 1 };
    this.#layers.push(layer);
    return layer;
  }
}

/** Two independent hashes of a key by FNV-1a with different primes: every probe is made of them. */
function hashOf(key: string): { readonly first: number; readonly step: number } {
  let first = 0x811c9dc5;
  let step = 0x9e3779b9;
  for (let i = 0; i < key.length; i++) {
    const unit = key.charCodeAt(i);
    first = Math.imul(first ^ unit, 0x01000193);
    step = Math.imul(step ^ unit, 0x85ebca6b);
    step ^= step >>> 13;
  }
  first ^= first >>> 15;
  // Odd, so that the probes of one key do not fall together.
  return { first: first >>> 0, step: (step | 1) >>> 0 };
}
