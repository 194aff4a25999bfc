import { PRIORITIES, type Priority } from '../../protocols/dispatch.ts';
import type { SlotId } from '../../protocols/ids.ts';
import { priorityRank } from '../policy/priority.ts';

/** Tasks that found no room, by slot: when room appears the most urgent goes first, then who waited longest. */
export class WaitingRoom {
  readonly #rooms = new Map<SlotId, readonly Set<string>[]>();

  add(slot: SlotId, priority: Priority, key: string): void {
    const room = this.#rooms.get(slot) ?? PRIORITIES.map(() => new Set<string>());
    this.#rooms.set(slot, room);
    room[priorityRank(priority)]?.add(key);
  }

  remove(slot: SlotId, priority: Priority, key: string): void {
    const room = this.#rooms.get(slot);
    room?.[priorityRank(priority)]?.delete(key);
    if (room?.every((line) => line.size === 0)) this.#rooms.delete(slot);
  }

  /** Those somebody waits for. */
  slots(): SlotId[] {
    return [...this.#rooms.keys()];
  }

  /** In the order they should be asked. */
  *waitingFor(slot: SlotId): Generator<string> {
    for (const line of this.#rooms.get(slot) ?? []) yield* line;
  }
}
