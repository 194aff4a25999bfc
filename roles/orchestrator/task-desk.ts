import type { Note, Priority } from '../../protocols/dispatch.ts';
import { type EventId, generalOfSlot, type PeerId, type SlotId } from '../../protocols/ids.ts';
import { priorityOf } from '../policy/priority.ts';
import { type HeadState, supersedes } from '../policy/supersede.ts';
import type { Task } from '../replica/story.ts';
import { DueTimes } from './due-times.ts';
import { type Assignment, OfferSender, type OfferSenderParts } from './offer-sender.ts';
import { hasRoom, isSurelyFull } from './offering.ts';
import type { OfferNote } from './offers-log.ts';
import { type Gate, type LineStatus, SubjectLines } from './subject-lines.ts';
import {
  type Answer,
  assigneeOf,
  dueOf,
  newTask,
  type Phase,
  type TaskEffect,
  type TaskFact,
  type TaskState,
  type View,
} from './task/state.ts';
import { transition } from './task/transition.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface TaskDeskParts extends OfferSenderParts {
  /** Nodes came that the decision about this event does not rank. */
  readonly replan: (eventId: EventId) => void;
  /** A slot ends as a dead letter. */
  readonly bury: (eventId: EventId, slot: SlotId, reason: string) => void;
  /** A slot ends because the event `by` made it needless. */
  readonly supersede: (eventId: EventId, slot: SlotId, by: EventId) => void;
}

/** What the desk has to know of a task beside its records. */
export interface TaskTerms {
  /** Of an event of which only the newest counts (W2). */
  readonly head?: HeadState;
  /** Monotonic ends of trying; asked when the task is new. */
  readonly ends: () => { readonly giveUpAt: number; readonly abandonAt: number };
}

/** How many of those who wait for a slot are looked at when room appears: most take it, a few may have reasons not to. */
const LOOKED_AT = 64;
interface Entry {
  readonly key: string;
  readonly slot: SlotId;
  readonly cluster: string | undefined;
  readonly head: HeadState | undefined;
  readonly priority: Priority;
  /** Monotonic milliseconds since when nobody has it: it keeps its age over offers that came to nothing. */
  since: number;
  assignment: Assignment;
  state: TaskState;
}

interface Try {
  readonly key: string;
  /** Who seems to be full is asked too. */
  readonly full: boolean;
}

/** Drives the tasks of the events this node owns: who is offered what, when, and what follows from the answer (W3, W4). */
export class TaskDesk {
  readonly #parts: TaskDeskParts;
  readonly #entries = new Map<string, Entry>();
  readonly #slots = new Map<EventId, Set<string>>();
  readonly #lines = new SubjectLines();
  readonly #waiting: WaitingRoom;
  readonly #sender: OfferSender;
  readonly #due: DueTimes;
  readonly #tries: Try[] = [];
  /** Slots for which room may have appeared. */
  readonly #woken = new Set<SlotId>();
  #isTrying = false;

  constructor(parts: TaskDeskParts) {
    this.#parts = parts;
    this.#waiting = new WaitingRoom(() => parts.runtime.monotonic());
    this.#sender = new OfferSender(parts);
    this.#due = new DueTimes(parts.runtime, (key) => this.#onDue(key));
  }

  /** Takes in what the records say; a task seen for the first time starts. */
  update(assignment: Assignment, task: Task, terms: TaskTerms): void {
    const key = keyOf(assignment.eventId, task.slot);
    const known = this.#knownAs(key, task.round);
    const entry = known ?? this.#open(key, assignment, task, terms);
    entry.assignment = assignment;
    this.#apply(entry, { type: 'recorded', task });
    if (known === undefined && entry.state.phase === 'ready') this.#enterLine(entry);
    if (known === undefined && entry.head !== undefined) this.#supersedeOlder(entry);
    this.#runTries();
  }

  /** Forgets an event: it has ended, or another node owns it now. Answers that still come are ignored. */
  drop(eventId: EventId): void {
    for (const key of this.#slots.get(eventId) ?? []) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.#close(entry);
    }
    this.#slots.delete(eventId);
    this.#runTries();
  }

  /** A sign of life of an execution: `running`, or that it has ended, which only its record decides. */
  note(from: PeerId, note: Note): void {
    const entry = this.#entries.get(keyOf(note.eventId, note.slot));
    if (entry !== undefined) this.#apply(entry, { type: 'running', peer: from });
    this.#runTries();
  }

  /** Nodes or loads have changed: who waits for room may find it now. */
  wake(): void {
    for (const slot of this.#waiting.slots()) this.#woken.add(slot);
    this.#runTries();
  }

  /** Somebody works on it, or it has ended: a new decision leaves it alone. */
  isTaken(eventId: EventId, slot: SlotId): boolean {
    const phase = this.#entries.get(keyOf(eventId, slot))?.state.phase;
    return phase === 'offering' || phase === 'held' || phase === 'dying' || phase === 'ended';
  }

  offersOf(eventId: EventId): OfferNote[] {
    return this.#sender.offersOf(eventId);
  }

  counts(): Record<Phase, number> {
    const counts = { ready: 0, offering: 0, held: 0, waiting: 0, dying: 0, ended: 0 };
    for (const { state } of this.#entries.values()) counts[state.phase]++;
    return counts;
  }

  stop(): void {
    this.#due.stop();
    this.#entries.clear();
    this.#slots.clear();
    this.#tries.length = 0;
    this.#woken.clear();
  }

  /** One that an operator has tried anew is another. */
  #knownAs(key: string, round: number): Entry | undefined {
    const known = this.#entries.get(key);
    if (known === undefined || known.state.round === round) return known;
    this.#close(known);
    return undefined;
  }

  #open(key: string, assignment: Assignment, task: Task, { head, ends }: TaskTerms): Entry {
    const { slot, cluster, plan } = task;
    const since = this.#parts.runtime.monotonic();
    const state = newTask(task, ends());
    const entry = { key, slot, cluster, head, priority: priorityOf(plan.priority), since, assignment, state };
    this.#entries.set(key, entry);
    const slots = this.#slots.get(assignment.eventId) ?? new Set();
    this.#slots.set(assignment.eventId, slots.add(key));
    return entry;
  }

  #close(entry: Entry): void {
    this.#become(entry, { ...entry.state, phase: 'ended' });
    this.#entries.delete(entry.key);
  }

  #apply(entry: Entry, fact: TaskFact): void {
    const { runtime } = this.#parts;
    const { state, effects } = transition(entry.state, fact, { now: runtime.monotonic(), chance: runtime.random() });
    this.#become(entry, state);
    for (const effect of effects) this.#perform(entry, effect);
  }

  /** Takes the new state, and brings everything that is derived from it in line. */
  #become(entry: Entry, state: TaskState): void {
    const before = entry.state;
    entry.state = state;
    this.#followDue(entry);
    this.#followRoom(entry, before);
    this.#followLoad(entry, before);
    this.#followLine(entry, before);
  }

  #followDue({ key, state }: Entry): void {
    const at = dueOf(state);
    if (at === undefined) this.#due.clear(key);
    else this.#due.set(key, at);
  }

  #followRoom(entry: Entry, before: TaskState): void {
    const { state } = entry;
    if (before.phase === 'held' && state.phase !== 'held') entry.since = this.#parts.runtime.monotonic();
    if ((state.phase === 'waiting') === (before.phase === 'waiting')) return;
    if (state.phase === 'waiting') this.#waiting.add(state.slot, entry);
    else this.#waiting.remove(state.slot, entry);
  }

  #followLoad({ state }: Entry, before: TaskState): void {
    const { sight } = this.#parts;
    const [was, is] = [assigneeOf(before), assigneeOf(state)];
    if (was === is) return;
    if (is !== undefined) sight.countGiven(is, state.general);
    if (was === undefined) return;
    // Only who had it is rid of something; who declined it is as full as before.
    if (before.phase === 'held') {
      sight.countEnded(was, state.general);
      this.#wakeGeneral(state.general);
    } else {
      sight.countTakenBack(was, state.general);
    }
  }

  #followLine(entry: Entry, before: TaskState): void {
    const { state, assignment } = entry;
    if (state.phase === before.phase && assigneeOf(state) === assigneeOf(before)) return;
    if (state.phase === 'ended') this.#lines.delete(assignment.subject, entry.slot, assignment.eventId);
    else this.#enterLine(entry);
    if (state.phase !== 'offering') this.#tryNext(entry);
  }

  #enterLine({ assignment: { subject, eventId, number }, slot, state }: Entry): void {
    const holder = assigneeOf(state);
    const status = lineStatusOf(state.phase);
    this.#lines.set(subject, slot, eventId, { number, status, ...(holder && { holder }) });
    if (status === 'ready') this.#tries.push({ key: keyOf(eventId, slot), full: false });
  }

  #tryNext({ assignment: { subject }, slot }: Entry): void {
    const next = this.#lines.next(subject, slot);
    if (next !== undefined) this.#tries.push({ key: keyOf(next, slot), full: false });
  }

  #wakeGeneral(general: string): void {
    for (const slot of this.#waiting.slots()) if (generalOfSlot(slot) === general) this.#woken.add(slot);
  }

  #onDue(key: string): void {
    const entry = this.#entries.get(key);
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
      const entry = next && this.#entries.get(next.key);
      if (entry !== undefined) this.#try(entry, next?.full ?? false);
      if (this.#tries.length === 0) this.#fillRooms();
    }
    this.#isTrying = false;
  }

  /** Gives room that appeared to those who wait for it, as long as there is some. */
  #fillRooms(): void {
    for (const slot of this.#woken) {
      this.#woken.delete(slot);
      for (const key of this.#waiting.waitingFor(slot, LOOKED_AT)) {
        const entry = this.#entries.get(key);
        if (entry?.state.phase !== 'waiting') continue;
        if (!this.#parts.sight.hasRoom(entry.state.general, entry.cluster)) break;
        this.#move(entry, false, true);
      }
    }
  }

  /** `full`: who seems to be full is asked too. */
  #try(entry: Entry, full: boolean): void {
    const { phase } = entry.state;
    if (phase === 'ready' || (phase === 'waiting' && full)) this.#move(entry, full, false);
  }

  #move(entry: Entry, full: boolean, patient: boolean): void {
    const by = this.#successorOf(entry);
    if (by !== undefined) this.#apply(entry, { type: 'superseded', by });
    const gate = this.#gateOf(entry);
    const only = onlyOf(gate);
    const view = this.#view(entry, full && only === undefined);
    if (gate === 'wait' || (only !== undefined && view.askable.length === 0)) {
      this.#apply(entry, { type: 'blocked' });
    } else {
      this.#apply(entry, { type: 'go', view, patient });
    }
  }

  #supersedeOlder({ assignment: { subject }, slot }: Entry): void {
    for (const eventId of [...this.#lines.eventsOf(subject, slot)]) {
      const older = this.#entries.get(keyOf(eventId, slot));
      const by = older && this.#successorOf(older);
      if (older !== undefined && by !== undefined) this.#apply(older, { type: 'superseded', by });
    }
  }

  /** The newest open event that makes this one needless for its slot (W2). */
  #successorOf({ head, slot, assignment: { subject, number } }: Entry): EventId | undefined {
    if (head === undefined) return undefined;
    let newest: Assignment | undefined;
    for (const eventId of this.#lines.eventsOf(subject, slot)) {
      const other = this.#entries.get(keyOf(eventId, slot));
      if (other?.head === undefined || other.state.phase === 'dying') continue;
      if (other.assignment.number <= (newest?.number ?? number) || !supersedes(other.head, head)) continue;
      newest = other.assignment;
    }
    return newest?.eventId;
  }

  #gateOf({ assignment: { subject, eventId }, slot }: Entry): Gate {
    return this.#lines.gate(subject, slot, eventId);
  }

  #view(entry: Entry, full: boolean): View {
    const { state, cluster } = entry;
    const { sight } = this.#parts;
    const only = onlyOf(this.#gateOf(entry));
    const offerings = sight
      .offerings(state.general)
      .filter((each) => each.org === sight.org && (cluster === undefined || each.cluster === cluster));
    const askable = offerings.filter(
      (each) =>
        sight.canTake(each) &&
        (full ? !isSurelyFull(each) : hasRoom(each)) &&
        (only === undefined || each.peer === only),
    );
    return { askable: askable.map(({ peer }) => peer), known: offerings.map(({ peer }) => peer) };
  }

  #perform(entry: Entry, effect: TaskEffect): void {
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

  #send(entry: Entry, peer: PeerId): void {
    const task = {
      assignment: entry.assignment,
      slot: entry.slot,
      priority: entry.priority,
      state: () => (this.#entries.get(entry.key) === entry ? entry.state : undefined),
      answered: (answer: Answer) => {
        this.#apply(entry, { type: 'answered', peer, answer, view: this.#view(entry, false) });
        this.#runTries();
      },
    };
    this.#sender.send(peer, task);
  }
}

function keyOf(eventId: EventId, slot: SlotId): string {
  return `${eventId}\u0000${slot}`;
}

function onlyOf(gate: Gate): PeerId | undefined {
  return typeof gate === 'string' ? undefined : gate.only;
}

function lineStatusOf(phase: Phase): LineStatus {
  switch (phase) {
    case 'ready':
    case 'offering':
    case 'held':
      return phase;
    case 'waiting':
    case 'dying':
    case 'ended':
      return 'aside';
  }
}
