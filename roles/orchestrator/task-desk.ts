import type { Note } from '../../protocols/dispatch.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import type { Task } from '../replica/story.ts';
import { type Assignment, OfferSender, type OfferSenderParts } from './offer-sender.ts';
import { hasRoom, isSurelyFull } from './offering.ts';
import type { OfferNote } from './offers-log.ts';
import type { Gate } from './subject-lines.ts';
import type { Answer, Phase, TaskEffect, TaskFact, View } from './task/state.ts';
import { transition } from './task/transition.ts';
import { TaskBook } from './task-book.ts';
import { type TaskEntry, type TaskTerms, taskKey } from './task-entry.ts';

export interface TaskDeskParts extends OfferSenderParts {
  /** Not all events of a subject that was taken over are known yet: nothing of it is offered until `retry`. */
  readonly isTakingOver: (subject: string) => boolean;
  /** Nodes came that the decision about this event does not rank. */
  readonly replan: (eventId: EventId) => void;
  /** A slot ends as a dead letter. */
  readonly bury: (eventId: EventId, slot: SlotId, reason: string) => void;
  /** A slot ends because the event `by` made it needless. */
  readonly supersede: (eventId: EventId, slot: SlotId, by: EventId) => void;
}

interface Try {
  readonly key: string;
  /** Who seems to be full is asked too. */
  readonly full: boolean;
}

/** Drives the tasks of the events this node owns: who is offered what, when, and what follows from the answer (W3, W4). */
export class TaskDesk {
  readonly #parts: TaskDeskParts;
  readonly #book: TaskBook;
  readonly #sender: OfferSender;
  readonly #tries: Try[] = [];
  /** Slots for which room may have appeared. */
  readonly #woken = new Set<SlotId>();
  #isTrying = false;

  constructor(parts: TaskDeskParts) {
    const { sight, runtime } = parts;
    this.#parts = parts;
    this.#sender = new OfferSender(parts);
    this.#book = new TaskBook({
      ...{ sight, runtime },
      ready: (key) => this.#tries.push({ key, full: false }),
      woken: (slot) => this.#woken.add(slot),
      due: (key) => this.#onDue(key),
    });
  }

  /** Takes in what the records say; a task seen for the first time starts. */
  update(assignment: Assignment, task: Task, terms: TaskTerms): void {
    const known = this.#knownAs(taskKey(assignment.eventId, task.slot), task.round);
    const entry = known ?? this.#book.open(assignment, task, terms);
    entry.assignment = assignment;
    this.#apply(entry, { type: 'recorded', task });
    if (known === undefined && entry.state.phase === 'ready') this.#book.enterLine(entry);
    if (known === undefined && entry.head !== undefined) {
      for (const each of this.#book.besides(entry)) this.#supersede(each);
    }
    this.#runTries();
  }

  /** Forgets an event: it has ended, or another node owns it now. Answers that still come are ignored. */
  drop(eventId: EventId): void {
    this.#book.closeAll(eventId);
    this.#runTries();
  }

  /** A sign of life of an execution: `running`, or that it has ended, which only its record decides. */
  note(from: PeerId, note: Note): void {
    const entry = this.#book.get(taskKey(note.eventId, note.slot));
    if (entry !== undefined) this.#apply(entry, { type: 'running', peer: from });
    this.#runTries();
  }

  /** Nodes or loads have changed: who waits for room may find it now. */
  wake(): void {
    for (const slot of this.#book.awaitedSlots()) this.#woken.add(slot);
    this.#runTries();
  }

  /** All events of a subject that was taken over are known now. */
  retry(subject: string): void {
    this.#book.retry(subject);
    this.#runTries();
  }

  /** Somebody works on it, or it has ended: a new decision leaves it alone. */
  isTaken(eventId: EventId, slot: SlotId): boolean {
    const phase = this.#book.get(taskKey(eventId, slot))?.state.phase;
    return phase === 'offering' || phase === 'held' || phase === 'dying' || phase === 'ended';
  }

  offersOf(eventId: EventId): OfferNote[] {
    return this.#sender.offersOf(eventId);
  }

  counts(): Record<Phase, number> {
    return this.#book.counts();
  }

  stop(): void {
    this.#book.clear();
    this.#tries.length = 0;
    this.#woken.clear();
  }

  /** One that an operator has tried anew is another. */
  #knownAs(key: string, round: number): TaskEntry | undefined {
    const known = this.#book.get(key);
    if (known === undefined || known.state.round === round) return known;
    this.#book.close(known);
    return undefined;
  }

  #apply(entry: TaskEntry, fact: TaskFact): void {
    const { runtime } = this.#parts;
    const { state, effects } = transition(entry.state, fact, { now: runtime.monotonic(), chance: runtime.random() });
    this.#book.become(entry, state);
    for (const effect of effects) this.#perform(entry, effect);
  }

  #onDue(key: string): void {
    const entry = this.#book.get(key);
    if (entry === undefined) return;
    this.#apply(entry, { type: 'due' });
    this.#tries.push({ key, full: true });
    this.#runTries();
  }

  /** A loop and not a recursion: one end may set free a whole line. */
  #runTries(): void {
    if (this.#isTrying) return;
    this.#isTrying = true;
    while (this.#tries.length > 0 || this.#woken.size > 0) {
      const next = this.#tries.shift();
      const entry = next && this.#book.get(next.key);
      if (entry !== undefined) this.#try(entry, next?.full ?? false);
      if (this.#tries.length === 0) this.#fillRooms();
    }
    this.#isTrying = false;
  }

  /** Gives room that appeared to those who wait for it, as long as there is some. */
  #fillRooms(): void {
    for (const slot of this.#woken) {
      this.#woken.delete(slot);
      for (const entry of this.#book.waitingFor(slot)) {
        if (entry.state.phase !== 'waiting') continue;
        if (!this.#parts.sight.hasRoom(entry.state.general, entry.cluster)) break;
        this.#move(entry, false, true);
      }
    }
  }

  /** `full`: who seems to be full is asked too. */
  #try(entry: TaskEntry, full: boolean): void {
    const { phase } = entry.state;
    if (phase === 'ready' || (phase === 'waiting' && full)) this.#move(entry, full, false);
  }

  #move(entry: TaskEntry, full: boolean, patient: boolean): void {
    this.#supersede(entry);
    const gate = this.#gateOf(entry);
    const only = onlyOf(gate);
    const view = this.#view(entry, full && only === undefined);
    if (gate === 'wait' || (only !== undefined && view.askable.length === 0)) {
      this.#apply(entry, { type: 'blocked' });
    } else {
      this.#apply(entry, { type: 'go', view, patient });
    }
  }

  #gateOf(entry: TaskEntry): Gate {
    return this.#parts.isTakingOver(entry.assignment.subject) ? 'wait' : this.#book.gateOf(entry);
  }

  #supersede(entry: TaskEntry): void {
    const by = this.#book.successorOf(entry);
    if (by !== undefined) this.#apply(entry, { type: 'superseded', by });
  }

  #view(entry: TaskEntry, full: boolean): View {
    const { state, cluster } = entry;
    const { sight } = this.#parts;
    // Its turn may have passed while an offer was out: after a refusal nobody else is asked before those that go first.
    const gate = this.#gateOf(entry);
    const only = onlyOf(gate);
    const offerings = sight
      .offerings(state.general)
      .filter((each) => each.org === sight.org && (cluster === undefined || each.cluster === cluster));
    const takers = offerings.filter((each) => sight.canTake(each));
    // One that came before it and waits for room at the same nodes goes first; one that none of them may do blocks nobody (W2).
    const isBehind = this.#book
      .waitingBefore(entry)
      .some((other) => takers.some(({ peer }) => other.state.ranked.includes(peer)));
    const askable = takers.filter(
      (each) =>
        gate !== 'wait' &&
        !isBehind &&
        (full ? !isSurelyFull(each) : hasRoom(each)) &&
        (only === undefined || each.peer === only),
    );
    return { askable: askable.map(({ peer }) => peer), known: offerings.map(({ peer }) => peer) };
  }

  #perform(entry: TaskEntry, effect: TaskEffect): void {
    const { eventId } = entry.assignment;
    switch (effect.type) {
      case 'offer':
      case 'remind':
        this.#send(entry, effect.peer);
        break;
      case 'replan':
        this.#parts.replan(eventId);
        break;
      case 'bury':
        this.#parts.bury(eventId, entry.slot, effect.reason);
        break;
      case 'supersede':
        this.#parts.supersede(eventId, entry.slot, effect.by);
        break;
    }
  }

  #send(entry: TaskEntry, peer: PeerId): void {
    const task = {
      assignment: entry.assignment,
      slot: entry.slot,
      priority: entry.priority,
      state: () => (this.#book.get(entry.key) === entry ? entry.state : undefined),
      answered: (answer: Answer) => {
        this.#apply(entry, { type: 'answered', peer, answer, view: this.#view(entry, false) });
        this.#runTries();
      },
    };
    this.#sender.send(peer, task);
  }
}

function onlyOf(gate: Gate): PeerId | undefined {
  return typeof gate === 'string' ? undefined : gate.only;
}
