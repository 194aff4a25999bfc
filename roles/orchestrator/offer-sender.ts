import type { Offer, OfferReply, Priority } from '../../protocols/dispatch.ts';
import { asMeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import type { Dispatcher } from '../ports/dispatcher.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import { Lanes } from './lanes.ts';
import { type OfferNote, OffersLog } from './offers-log.ts';
import type { Sight } from './sight.ts';
import { type Answer, assigneeOf, attemptsFor, type TaskState } from './task/state.ts';

/** What every task of one event shares. */
export interface Assignment {
  readonly eventId: EventId;
  readonly subject: string;
  readonly number: number;
  /** Wall-clock end of trying. */
  readonly deadline: number;
}

/** A task that is to be offered. */
export interface OfferedTask {
  readonly assignment: Assignment;
  readonly slot: SlotId;
  readonly priority: Priority;
  /** As it is now; undefined when it is no longer this node's. */
  readonly state: () => TaskState | undefined;
  readonly answered: (answer: Answer) => void;
}

export interface OfferSenderParts {
  readonly sight: Sight;
  readonly dispatcher: Dispatcher;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** The body of an owned event; undefined when it is owned no more. */
  readonly eventOf: (eventId: EventId) => Promise<MeshEvent | undefined>;
}

/** Offers in flight to one peer; more wait here by priority and age. A larger value lets a slow peer hold more of them. */
const OFFERS_PER_PEER = 64;
/** How long an offer made after its deadline stands: longer than it takes to be answered, clocks that differ included. */
const LATE_MARGIN_MS = 120_000;

/** Sends offers and tells what came of them. */
export class OfferSender {
  readonly #parts: OfferSenderParts;
  readonly #lanes: Lanes;
  readonly #log = new OffersLog();

  constructor(parts: OfferSenderParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(OFFERS_PER_PEER, () => parts.runtime.monotonic());
  }

  send(peer: PeerId, task: OfferedTask): void {
    this.#lanes.run(peer, task.priority, () => this.#send(peer, task));
  }

  offersOf(eventId: EventId): OfferNote[] {
    return this.#log.of(eventId);
  }

  async #send(peer: PeerId, task: OfferedTask): Promise<void> {
    try {
      await this.#offer(peer, task);
    } catch (error) {
      const { eventId } = task.assignment;
      this.#parts.runtime.log.error({ eventId, problem: asMeshError(error).message }, 'offer cannot be made');
      if (wantedState(peer, task) !== undefined) task.answered({ type: 'unreachable' });
    }
  }

  /** Much may have happened to the task while its offer waited in line: then it is not sent, or its answer not told. */
  async #offer(peer: PeerId, task: OfferedTask): Promise<void> {
    const { sight } = this.#parts;
    const event = await this.#eventFor(peer, task);
    const state = wantedState(peer, task);
    if (event === undefined || state === undefined) return;
    const answer = await this.#ask(peer, this.#offerOf(peer, task, state, event));
    // One that does not answer has no room either until it is heard of again: others are not to try it in vain one by one.
    if (answer.type === 'busy' || answer.type === 'unreachable') sight.countFull(peer, state.general);
    if (task.state() !== undefined) task.answered(answer);
  }

  async #eventFor(peer: PeerId, task: OfferedTask): Promise<MeshEvent | undefined> {
    return wantedState(peer, task) && (await this.#parts.eventOf(task.assignment.eventId));
  }

  #offerOf(peer: PeerId, { assignment, slot, priority }: OfferedTask, state: TaskState, event: MeshEvent): Offer {
    // Past it only while nobody could be asked (W4): whoever appears then is given the time to answer.
    const deadline = Math.max(assignment.deadline, Math.round(this.#parts.runtime.wall()) + LATE_MARGIN_MS);
    const attempts = attemptsFor(state, peer);
    return { type: 'offer', ...assignment, deadline, slot, general: state.general, priority, attempts, event };
  }

  async #ask(peer: PeerId, offer: Offer): Promise<Answer> {
    try {
      const answer = await this.#parts.dispatcher.offer(peer, offer);
      this.#remember(peer, offer, answer.type, describe(answer));
      return answer;
    } catch (error) {
      const { code } = asMeshError(error);
      this.#remember(peer, offer, code, code);
      return { type: 'unreachable' };
    }
  }

  #remember(to: PeerId, { eventId, slot }: Offer, answer: string, said: string): void {
    const { runtime, meter } = this.#parts;
    this.#log.add(eventId, { slot, to, at: Math.round(runtime.wall()), answer: said });
    meter.count('mindmesh_dispatch_answers_total', { answer });
    runtime.log.debug({ eventId, slot, to, answer: said }, 'offer answered');
  }
}

function wantedState(peer: PeerId, { state }: OfferedTask): TaskState | undefined {
  const now = state();
  return now !== undefined && assigneeOf(now) === peer ? now : undefined;
}

function describe(answer: OfferReply): string {
  switch (answer.type) {
    case 'accept':
      return 'accept';
    case 'busy':
      return `busy: again in ${answer.retryAfterMs} ms`;
    case 'refuse':
      return `${answer.final ? 'refused' : 'refused for now'}: ${answer.reason}`;
  }
}
