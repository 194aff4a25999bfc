import { PRIORITIES, type Priority } from '../../protocols/dispatch.ts';
import { effectiveRank, priorityRank } from '../policy/priority.ts';

interface Waiting {
  readonly work: () => Promise<void>;
  /** Monotonic milliseconds. */
  readonly since: number;
}

interface Lane {
  running: number;
  /** One line for each priority, the most urgent first; in each of them who came first. */
  readonly waiting: Waiting[][];
}

/**
 * Runs at most so many things at once for each key; what waits goes by priority and by how long it has waited, then first come,
 * first served.
 */
export class Lanes {
  readonly #width: number;
  readonly #now: () => number;
  readonly #lanes = new Map<string, Lane>();

  /** @param now monotonic milliseconds */
  constructor(width: number, now: () => number) {
    this.#width = width;
    this.#now = now;
  }

  /** @param work must not reject: nobody waits for it */
  run(key: string, priority: Priority, work: () => Promise<void>): void {
    const lane = this.#lanes.get(key) ?? { running: 0, waiting: PRIORITIES.map(() => []) };
    this.#lanes.set(key, lane);
    lane.waiting[priorityRank(priority)]?.push({ work, since: this.#now() });
    this.#advance(key, lane);
  }

  #advance(key: string, lane: Lane): void {
    while (lane.running < this.#width) {
      const next = this.#lineOf(lane)?.shift();
      if (next === undefined) break;
      lane.running++;
      void next.work().finally(() => {
        lane.running--;
        this.#advance(key, lane);
      });
    }
    if (lane.running === 0) this.#lanes.delete(key);
  }

  /** The line whose head is the next. */
  #lineOf({ waiting }: Lane): Waiting[] | undefined {
    const now = this.#now();
    let best: { readonly line: Waiting[]; readonly rank: number } | undefined;
    for (const [place, line] of waiting.entries()) {
      const [priority, head] = [PRIORITIES[place], line[0]];
      if (priority === undefined || head === undefined) continue;
      const rank = effectiveRank(priority, now - head.since);
      if (best === undefined || rank < best.rank) best = { line, rank };
    }
    return best?.line;
  }
}
