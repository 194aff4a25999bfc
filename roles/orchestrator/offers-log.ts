import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';

/** One offer of this node and what came of it. A hint for people: the records tell what really happened. */
export interface OfferNote {
  readonly slot: SlotId;
  readonly to: PeerId;
  /** Wall-clock milliseconds of the answer. */
  readonly at: number;
  readonly answer: string;
}

const KEPT = 4_096;

/** The last few thousand offers. */
export class OffersLog {
  readonly #notes: { readonly eventId: EventId; readonly note: OfferNote }[] = [];
  #next = 0;

  add(eventId: EventId, note: OfferNote): void {
    this.#notes[this.#next] = { eventId, note };
    this.#next = (this.#next + 1) % KEPT;
  }

  /** Oldest first. */
  of(eventId: EventId): OfferNote[] {
    const inOrder = [...this.#notes.slice(this.#next), ...this.#notes.slice(0, this.#next)];
    return inOrder.filter((each) => each.eventId === eventId).map(({ note }) => note);
  }
}
