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

/** What waits and what runs for one general. */
interface Line<T> {
  readonly waiting: Set<Place<T>>;
  /** By subject: one at a time. */
  readonly running: Map<string, T>;
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
  readonly #lines = new Map<string, Line<T>>();
  #arrivals = 0;

  /** `concurrency`: general → how many it works on at once; `now`: monotonic milliseconds. */
  constructor(concurrency: ReadonlyMap<string, number>, now: () => number) {
    this.#concurrency = concurrency;
    this.#now = now;
  }

  add(item: T): void {
    this.#lineOf(item.general).waiting.add({ item, arrived: this.#arrivals++, since: this.#now() });
  }

  /** Counts it as running from now on, if nothing that waits would come before it; false: it has to wait too. */
  beginAtOnce(item: T): boolean {
    const { general, subject } = item;
    const { running, waiting } = this.#lineOf(general);
    if (!this.#hasRoom(general) || running.has(subject)) return false;
    for (const place of waiting) if (place.item.subject === subject || !running.has(place.item.subject)) return false;
    running.set(subject, item);
    return true;
  }

  /** The next that may begin, from now on counted as running. */
  next(general: string): T | undefined {
    const line = this.#lineOf(general);
    if (line.waiting.size === 0 || !this.#hasRoom(general)) return undefined;
    const [best] = this.#heads(line).sort((a, b) => a.rank - b.rank || a.place.arrived - b.place.arrived);
    if (best === undefined) return undefined;
    const { item } = best.place;
    line.waiting.delete(best.place);
    line.running.set(item.subject, item);
    return item;
  }

  /** It runs no more, however it ended. */
  end(item: T): void {
    const { running } = this.#lineOf(item.general);
    if (running.get(item.subject) === item) running.delete(item.subject);
  }

  /** Takes everything out that has not begun. */
  clear(): T[] {
    const places = [...this.#lines.values()].flatMap(({ waiting }) => [...waiting]);
    for (const { waiting } of this.#lines.values()) waiting.clear();
    return places.sort((a, b) => a.arrived - b.arrived).map(({ item }) => item);
  }

  running(general: string): number {
    return this.#lineOf(general).running.size;
  }

  queued(general: string): number {
    return this.#lineOf(general).waiting.size;
  }

  #hasRoom(general: string): boolean {
    return this.running(general) < (this.#concurrency.get(general) ?? 1);
  }

  #lineOf(general: string): Line<T> {
    const known = this.#lines.get(general);
    if (known !== undefined) return known;
    const line: Line<T> = { waiting: new Set(), running: new Map() };
    this.#lines.set(general, line);
    return line;
  }

  /** The first of each subject that nobody works on, with the best rank of all that waits for that subject. */
  #heads({ waiting, running }: Line<T>): { place: Place<T>; rank: number }[] {
    const heads = new Map<string, { place: Place<T>; rank: number }>();
    const now = this.#now();
    for (const place of waiting) {
      const { subject, number, priority } = place.item;
      if (running.has(subject)) continue;
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
