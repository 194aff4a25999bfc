import { PRIORITIES, type Priority } from '../../protocols/dispatch.ts';
import { priorityRank } from '../policy/priority.ts';

/** Tasks that found no room, by general: when room appears the most urgent goes first, then who waited longest. */
export class WaitingRoom {
  readonly #rooms = new Map<string, readonly Set<string>[]>();

  add(general: string, priority: Priority, key: string): void {
    const room = this.#rooms.get(general) ?? PRIORITIES.map(() => new Set<string>());
    this.#rooms.set(general, room);
    room[priorityRank(priority)]?.add(key);
  }

  remove(general: string, priority: Priority, key: string): void {
    const room = this.#rooms.get(general);
    room?.[priorityRank(priority)]?.delete(key);
    if (room?.every((line) => line.size === 0)) this.#rooms.delete(general);
  }

  generals(): string[] {
    return [...this.#rooms.keys()];
  }

  /** In the order they should be asked; may be changed while it is read. */
  *waitingFor(general: string): Generator<string> {
    for (const line of this.#rooms.get(general) ?? []) yield* line;
  }
}
