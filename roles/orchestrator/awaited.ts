import type { OpenEvent } from './open-events.ts';

/** Which events wait for which general, so that a general that appears finds them without looking at all. */
export class Awaited {
  readonly #events = new Map<string, Set<OpenEvent>>();
  readonly #generals = new Map<OpenEvent, readonly string[]>();

  set(event: OpenEvent, generals: readonly string[]): void {
    this.delete(event);
    if (generals.length === 0) return;
    this.#generals.set(event, generals);
    for (const general of generals) {
      const events = this.#events.get(general) ?? new Set();
      this.#events.set(general, events.add(event));
    }
  }

  delete(event: OpenEvent): void {
    for (const general of this.#generals.get(event) ?? []) {
      const events = this.#events.get(general);
      events?.delete(event);
      if (events?.size === 0) this.#events.delete(general);
    }
    this.#generals.delete(event);
  }

  generals(): string[] {
    return [...this.#events.keys()];
  }

  eventsFor(general: string): OpenEvent[] {
    return [...(this.#events.get(general) ?? [])];
  }
}
