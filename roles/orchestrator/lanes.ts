import { PRIORITIES, type Priority } from '../../protocols/dispatch.ts';
import { priorityRank } from '../policy/priority.ts';

interface Lane {
  running: number;
  /** One line for each priority, the most urgent first. */
  readonly waiting: (() => Promise<void>)[][];
}

/** Runs at most so many things at once for each key; what waits goes by priority, then first come, first served. */
export class Lanes {
  readonly #width: number;
  readonly #lanes = new Map<string, Lane>();

  constructor(width: number) {
    this.#width = width;
  }

  /** @param work must not reject: nobody waits for it */
  run(key: string, priority: Priority, work: () => Promise<void>): void {
    const lane = this.#lanes.get(key) ?? { running: 0, waiting: PRIORITIES.map(() => []) };
    this.#lanes.set(key, lane);
    lane.waiting[priorityRank(priority)]?.push(work);
    this.#advance(key, lane);
  }

  #advance(key: string, lane: Lane): void {
    while (lane.running < this.#width) {
      const next = lane.waiting.find((line) => line.length > 0)?.shift();
      if (next === undefined) break;
      lane.running++;
      void next().finally(() => {
        lane.running--;
        this.#advance(key, lane);
      });
    }
    if (lane.running === 0) this.#lanes.delete(key);
  }
}
