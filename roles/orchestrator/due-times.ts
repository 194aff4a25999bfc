import type { Runtime } from '../ports/runtime.ts';

interface Due {
  readonly key: string;
  readonly at: number;
  /** What was set first comes first among equal times. */
  readonly order: number;
}

/** Longest single wait: timers of the platform overflow at 24.8 days. */
const MAX_WAIT_MS = 3_600_000;

/** Any number of deadlines behind one timer: a binary heap, in which what was moved or cancelled stays until it is met. */
export class DueTimes {
  readonly #runtime: Runtime;
  readonly #run: (key: string) => void;
  readonly #at = new Map<string, number>();
  #heap: Due[] = [];
  #order = 0;
  #cancel: (() => void) | undefined;
  #armedFor = Number.POSITIVE_INFINITY;

  /** @param run is called once with each key whose time has come; it may set it again */
  constructor(runtime: Runtime, run: (key: string) => void) {
    this.#runtime = runtime;
    this.#run = run;
  }

  /** @param at monotonic milliseconds; replaces what was set for the key */
  set(key: string, at: number): void {
    if (this.#at.get(key) === at) return;
    this.#at.set(key, at);
    push(this.#heap, { key, at, order: this.#order++ });
    if (this.#heap.length > 64 && this.#heap.length > 4 * this.#at.size) this.#compact();
    this.#arm();
  }

  clear(key: string): void {
    this.#at.delete(key);
  }

  stop(): void {
    this.#at.clear();
    this.#heap = [];
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(): void {
    const next = this.#heap[0];
    if (next === undefined || next.at >= this.#armedFor) return;
    this.#cancel?.();
    this.#armedFor = next.at;
    const wait = Math.min(MAX_WAIT_MS, Math.max(0, next.at - this.#runtime.monotonic()));
    this.#cancel = this.#runtime.after(wait, () => this.#fire());
  }

  #fire(): void {
    this.#cancel = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#runtime.monotonic();
    const due: string[] = [];
    for (let next = this.#heap[0]; next !== undefined && next.at <= now; next = this.#heap[0]) {
      pop(this.#heap);
      if (this.#at.get(next.key) !== next.at) continue;
      this.#at.delete(next.key);
      due.push(next.key);
    }
    for (const key of due) this.#run(key);
    this.#arm();
  }

  #compact(): void {
    const live = this.#heap.filter(({ key, at }) => this.#at.get(key) === at);
    this.#heap = [];
    for (const due of live) push(this.#heap, due);
  }
}

function push(heap: Due[], due: Due): void {
  let place = heap.push(due) - 1;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (!isEarlier(heap, place, parent)) return;
    swap(heap, place, parent);
    place = parent;
  }
}

function pop(heap: Due[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  for (let place = 0; ; ) {
    const [left, right] = [2 * place + 1, 2 * place + 2];
    const child = isEarlier(heap, right, left) ? right : left;
    if (!isEarlier(heap, child, place)) return;
    swap(heap, child, place);
    place = child;
  }
}

function isEarlier(heap: readonly Due[], a: number, b: number): boolean {
  const [first, second] = [heap[a], heap[b]];
  if (first === undefined || second === undefined) return first !== undefined;
  return first.at < second.at || (first.at === second.at && first.order < second.order);
}

function swap(heap: Due[], a: number, b: number): void {
  const [first, second] = [heap[a], heap[b]];
  if (first === undefined || second === undefined) return;
  heap[a] = second;
  heap[b] = first;
}
