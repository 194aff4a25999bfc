import type { Priority } from '../../protocols/dispatch.ts';
import { effectiveRank } from '../policy/priority.ts';

export interface Queued {
  readonly general: string;
  readonly subject: string;
  /** Place among the events of its subject, given by their owner. */
  readonly number: number;
  readonly priority: Priority;
}

interface Place<T> {
  readonly item: T;
  /** Order of arrival. */
  readonly arrived: number;
  /** Monotonic milliseconds. */
  readonly since: number;
}

/**
 * What waits and what runs, for each general (W2): at most `concurrency` at once; of one subject one at a time and in the order
 * of its numbers; between subjects the more urgent first, where waiting makes urgent, then who came first. A subject is as urgent
 * as the most urgent of what waits for it, or an urgent task would wait behind a low one of its own subject and that one behind
 * everybody.
 */
export class TaskQueue<T extends Queued> {
  readonly #concurrency: ReadonlyMap<string, number>;
  readonly #now: () => number;
  readonly #waiting = new Set<Place<T>>();
  readonly #running = new Set<T>();
  #arrivals = 0;

  /** `concurrency`: general → how many it works on at once; `now`: monotonic milliseconds. */
  constructor(concurrency: ReadonlyMap<string, number>, now: () => number) {
    this.#concurrency = concurrency;
    this.#now = now;
  }

  add(item: T): void {
    this.#waiting.add({ item, arrived: this.#arrivals++, since: this.#now() });
  }

  /** The next that may begin, from now on counted as running. */
  next(general: string): T | undefined {
    if (this.running(general) >= (this.#concurrency.get(general) ?? 1)) return undefined;
    const waiting = [...this.#waiting].filter(({ item }) => item.general === general);
    const [best] = this.#heads(general, waiting).sort((a, b) => a.rank - b.rank || a.place.arrived - b.place.arrived);
    if (best === undefined) return undefined;
    this.#waiting.delete(best.place);
    this.#running.add(best.place.item);
    return best.place.item;
  }

  /** It runs no more, however it ended. */
  end(item: T): void {
    this.#running.delete(item);
  }

  /** Takes everything out that has not begun. */
  clear(): T[] {
    const items = [...this.#waiting].map(({ item }) => item);
    this.#waiting.clear();
    return items;
  }

  running(general: string): number {
    return [...this.#running].filter((item) => item.general === general).length;
  }

  queued(general: string): number {
    return [...this.#waiting].filter(({ item }) => item.general === general).length;
  }

  /** The first of each subject that nobody works on, with the best rank of all that waits for that subject. */
  #heads(general: string, waiting: readonly Place<T>[]): { place: Place<T>; rank: number }[] {
    const busy = new Set([...this.#running].filter((item) => item.general === general).map(({ subject }) => subject));
    const heads = new Map<string, { place: Place<T>; rank: number }>();
    const now = this.#now();
    for (const place of waiting) {
      const { subject, number, priority } = place.item;
      if (busy.has(subject)) continue;
      const rank = effectiveRank(priority, now - place.since);
      const head = heads.get(subject) ?? { place, rank };
      const isEarlier = number - head.place.item.number || place.arrived - head.place.arrived;
      heads.set(subject, {
        place: isEarlier < 0 ? place : head.place,
        rank: Math.min(head.rank, rank),
      });
    }
    return [...heads.values()];
  }
}
