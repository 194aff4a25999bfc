interface Timer {
  readonly at: number;
  readonly order: number;
  /** Undefined once it ran or was cancelled. */
  run: (() => void) | undefined;
}

/** The one clock of a simulated world, whole milliseconds. What is due at one moment runs in the order it was asked for. */
export class SimClock {
  #now = 0;
  #order = 0;
  /** A binary heap, the earliest first. */
  readonly #heap: Timer[] = [];

  get now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + Math.max(0, Math.ceil(ms)), order: this.#order++, run };
    this.#push(timer);
    return () => {
      timer.run = undefined;
    };
  }

  /**
   * Runs what becomes due until then, and after each lets everything that waits for promises go as far as it can: a tick that a
   * microtask asks for comes once their queue is empty, and unlike `setImmediate` asks no kernel what else has happened.
   */
  runUntil(at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const rest = () => queueMicrotask(() => process.nextTick(step));
      const step = () => {
        try {
          if (this.#runNext(at)) return rest();
          this.#now = at;
          resolve();
        } catch (error) {
          reject(error);
        }
      };
      rest();
    });
  }

  /** False when nothing is due until then. */
  #runNext(until: number): boolean {
    const next = this.#peek();
    if (next === undefined || next.at > until) return false;
    this.#pop();
    this.#now = next.at;
    const { run } = next;
    next.run = undefined;
    run?.();
    return true;
  }

  /** The earliest that was not cancelled. */
  #peek(): Timer | undefined {
    while (this.#heap[0] !== undefined && this.#heap[0].run === undefined) this.#pop();
    return this.#heap[0];
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let i = heap.push(timer) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Timer;
      if (!isBefore(timer, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child += 1;
      const least = heap[child] as Timer;
      if (!isBefore(least, last)) break;
      heap[i] = least;
      i = child;
    }
    heap[i] = last;
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
