import type { Offer, OfferReply } from '../../protocols/dispatch.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { type AdmissionState, admit } from './admission.ts';
import type { Inbox, InboxTask } from './inbox.ts';

/** A place among what runs, kept for a task while its record is being written. */
export interface Place {
  /** Of the execution that begins with the record. */
  readonly attempt: number;
  /** The record could not be written. */
  giveUp(): void;
}

export interface OfferDeskParts<P extends Place> {
  readonly inbox: Inbox;
  /** What is known now of a general. */
  readonly state: (general: string) => AdmissionState;
  /** Keeps a place if nothing is in the way of the task; undefined: it has to wait. */
  readonly reserve: (task: InboxTask) => P | undefined;
  /** Its record is synced; with the place that was kept. */
  readonly accepted: (task: InboxTask, place: P | undefined) => void;
}

/** Decides offers, each once: a repeat while the first is being decided shares its answer. */
export class OfferDesk<P extends Place> {
  readonly #parts: OfferDeskParts<P>;
  readonly #deciding = new Map<string, Promise<OfferReply>>();
  readonly #accepting = new Map<string, number>();

  constructor(parts: OfferDeskParts<P>) {
    this.#parts = parts;
  }

  /** `key` names event and slot. */
  async decide(key: string, from: PeerId, offer: Offer): Promise<OfferReply> {
    const reply = this.#deciding.get(key) ?? this.#decide(from, offer);
    this.#deciding.set(key, reply);
    return reply.finally(() => this.#deciding.delete(key));
  }

  /** How many offers are accepted whose record is being written, without those that have a place. */
  accepting(general: string): number {
    return this.#accepting.get(general) ?? 0;
  }

  async #decide(from: PeerId, offer: Offer): Promise<OfferReply> {
    const { inbox } = this.#parts;
    const { begun, lastOwn = 0 } = await inbox.attemptsOf(offer);
    // Done already, or this node began an execution that the offer does not count: what its owner has not heard yet is on the
    // way to it, so the answer is that of the offer which this one repeats.
    if (lastOwn > offer.attempts || (await inbox.isDone(offer))) return { type: 'accept' };
    const reply = admit(offer, this.#parts.state(offer.general));
    return reply.type === 'accept' ? this.#accept(from, offer, Math.max(begun, offer.attempts)) : reply;
  }

  async #accept(from: PeerId, offer: Offer, begun: number): Promise<OfferReply> {
    const { eventId, slot, general, subject, number, priority, event } = offer;
    const task = { eventId, slot, general, subject, number, priority, owner: from, event, begun };
    const place = this.#parts.reserve(task);
    if (place === undefined) this.#count(general, 1);
    try {
      await this.#parts.inbox.accept(task, place?.attempt);
    } catch (error) {
      place?.giveUp();
      if (!hasCode(error, 'record-too-large')) throw error;
      return { type: 'refuse', reason: error.message, final: true };
    } finally {
      if (place === undefined) this.#count(general, -1);
    }
    this.#parts.accepted(task, place);
    return { type: 'accept' };
  }

  #count(general: string, by: number): void {
    this.#accepting.set(general, this.accepting(general) + by);
  }
}
