import type { Offer, OfferReply } from '../../protocols/dispatch.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { type AdmissionState, admit } from './admission.ts';
import type { Inbox, InboxTask } from './inbox.ts';

export interface OfferDeskParts {
  readonly inbox: Inbox;
  /** What is known now of a general. */
  readonly state: (general: string) => AdmissionState;
  readonly accepted: (task: InboxTask) => void;
}

/** Decides offers, each once: a repeat while the first is being decided shares its answer. */
export class OfferDesk {
  readonly #parts: OfferDeskParts;
  readonly #deciding = new Map<string, Promise<OfferReply>>();
  readonly #accepting = new Map<string, number>();

  constructor(parts: OfferDeskParts) {
    this.#parts = parts;
  }

  /** `key` names event and slot. */
  async decide(key: string, from: PeerId, offer: Offer): Promise<OfferReply> {
    const reply = this.#deciding.get(key) ?? this.#decide(from, offer);
    this.#deciding.set(key, reply);
    return reply.finally(() => this.#deciding.delete(key));
  }

  /** How many offers are accepted whose record is being written. */
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
    this.#count(offer.general, 1);
    try {
      this.#parts.accepted(await this.#parts.inbox.accept(from, offer, begun));
      return { type: 'accept' };
    } catch (error) {
      if (!hasCode(error, 'record-too-large')) throw error;
      return { type: 'refuse', reason: error.message, final: true };
    } finally {
      this.#count(offer.general, -1);
    }
  }

  #count(general: string, by: number): void {
    this.#accepting.set(general, this.accepting(general) + by);
  }
}
