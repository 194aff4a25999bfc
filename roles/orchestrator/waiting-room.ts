import { PRIORITIES, type Priority } from '../../protocols/dispatch.ts';
import type { SlotId } from '../../protocols/ids.ts';
import { effectiveRank, priorityRank } from '../policy/priority.ts';

export interface Waiting {
  readonly key: string;
  readonly priority: Priority;
  /** Monotonic milliseconds since when it wants to be taken: whoever found no room again keeps its place. */
  readonly since: number;
}

/**
 * Tasks that found no room, by slot: when room appears the most urgent goes first, then who waited longest, where waiting
 * makes urgent.
 */
export class WaitingRoom {
  readonly #now: () => number;
  /** One line for each priority, in each of them who waits longest first. */
  readonly #rooms = new Map<SlotId, readonly Waiting[][]>();

  /** @param now monotonic milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  add(slot: SlotId, waiting: Waiting): void {
    const room = this.#rooms.get(slot) ?? PRIORITIES.map(() => []);
    this.#rooms.set(slot, room);
    const line = room[priorityRank(waiting.priority)];
    line?.splice(placeAfter(line, waiting.since), 0, waiting);
  }

  remove(slot: SlotId, { key, priority, since }: Waiting): void {
    const room = this.#rooms.get(slot);
    const line = room?.[priorityRank(priority)] ?? [];
    // Its equals in time lie before the place where the next of them would go.
    for (let place = placeAfter(line, since) - 1; line[place]?.since === since; place--) {
      if (line[place]?.key !== key) continue;
      line.splice(place, 1);
      break;
    }
    if (room?.every(({ length }) => length === 0)) this.#rooms.delete(slot);
  }

  /** Those somebody waits for. */
  slots(): SlotId[] {
    return [...this.#rooms.keys()];
  }

  /** At most `limit` keys in the order they should be asked. */
  waitingFor(slot: SlotId, limit: number): string[] {
    const lines = this.#rooms.get(slot) ?? [];
    const next = lines.map(() => 0);
    const keys: string[] = [];
    while (keys.length < limit) {
      const best = bestOf(lines, next, this.#now());
      if (best === undefined) break;
      keys.push(best.key);
      next[priorityRank(best.priority)] = (next[priorityRank(best.priority)] ?? 0) + 1;
    }
    return keys;
  }
}

/** The most urgent among the heads of the lines, each counted from `next`. */
function bestOf(lines: readonly Waiting[][], next: readonly number[], now: number): Waiting | undefined {
  const heads = lines.flatMap((line, i) => line[next[i] ?? 0] ?? []);
  const rankOf = ({ priority, since }: Waiting) => effectiveRank(priority, now - since);
  return heads.reduce<Waiting | undefined>(
    (best, head) => (best === undefined || rankOf(head) < rankOf(best) ? head : best),
    undefined,
  );
}

/** Behind all that came no later. */
function placeAfter(line: readonly Waiting[], since: number): number {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line[middle]?.since ?? since) <= since) low = middle + 1;
    else high = middle;
  }
  return low;
}
