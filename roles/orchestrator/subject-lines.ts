import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';

/**
 * ready: wants to be offered · offering: an offer is out · held: a node works on it or has it in its inbox ·
 * aside: waits for something else and blocks nobody (W2: a parked or dead task does not block).
 */
export type LineStatus = 'ready' | 'offering' | 'held' | 'aside';

interface Place {
  readonly number: number;
  readonly status: LineStatus;
  readonly holder?: PeerId;
}

/** May a task be offered now? `only`: to that node alone. */
export type Gate = 'go' | 'wait' | { readonly only: PeerId };

/**
 * Order within a subject (W2): for one slot of one subject at most one offer is out, what is ready goes by number, and while a
 * node holds a task the next one goes to that same node, which works on them by number. So two replicas never work on one
 * subject at once. Where two sides of a partition had given tasks of one subject to two nodes, the next waits until only one has any.
 */
export class SubjectLines {
  /** By subject and slot. */
  readonly #lines = new Map<string, Map<SlotId, Map<EventId, Place>>>();

  set(subject: string, slot: SlotId, eventId: EventId, place: Place): void {
    const lines = this.#lines.get(subject) ?? new Map<SlotId, Map<EventId, Place>>();
    const line = lines.get(slot) ?? new Map<EventId, Place>();
    this.#lines.set(subject, lines.set(slot, line.set(eventId, place)));
  }

  delete(subject: string, slot: SlotId, eventId: EventId): void {
    const lines = this.#lines.get(subject);
    const line = lines?.get(slot);
    line?.delete(eventId);
    if (line?.size === 0) lines?.delete(slot);
    if (lines?.size === 0) this.#lines.delete(subject);
  }

  gate(subject: string, slot: SlotId, eventId: EventId): Gate {
    const line = this.#lineOf(subject, slot);
    const number = line?.get(eventId)?.number ?? Number.POSITIVE_INFINITY;
    let holder: PeerId | undefined;
    for (const [other, place] of line ?? []) {
      if (other === eventId) continue;
      if (place.status === 'offering') return 'wait';
      if (place.status === 'ready' && place.number < number) return 'wait';
      if (place.status !== 'held') continue;
      if (holder !== undefined && place.holder !== holder) return 'wait';
      holder = place.holder;
    }
    return holder === undefined ? 'go' : { only: holder };
  }

  /** Everything that is open for one slot of one subject. */
  eventsOf(subject: string, slot: SlotId): Iterable<EventId> {
    return this.#lineOf(subject, slot)?.keys() ?? [];
  }

  /** The ready task with the lowest number. */
  next(subject: string, slot: SlotId): EventId | undefined {
    let first: { id: EventId; number: number } | undefined;
    for (const [id, { status, number }] of this.#lineOf(subject, slot) ?? []) {
      if (status === 'ready' && number < (first?.number ?? Number.POSITIVE_INFINITY)) first = { id, number };
    }
    return first?.id;
  }

  /** Slots of which something is open. */
  slotsOf(subject: string): Iterable<SlotId> {
    return this.#lines.get(subject)?.keys() ?? [];
  }

  #lineOf(subject: string, slot: SlotId): ReadonlyMap<EventId, Place> | undefined {
    return this.#lines.get(subject)?.get(slot);
  }
}
