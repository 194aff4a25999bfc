import { type EventId, generalOfSlot, type SlotId } from '../../protocols/ids.ts';
import { priorityOf } from '../policy/priority.ts';
import { supersedes } from '../policy/supersede.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Task } from '../replica/story.ts';
import { DueTimes } from './due-times.ts';
import type { Assignment } from './offer-sender.ts';
import type { Sight } from './sight.ts';
import { type Gate, type LineStatus, SubjectLines } from './subject-lines.ts';
import { assigneeOf, dueOf, newTask, type Phase, type TaskState } from './task/state.ts';
import { type TaskEntry, type TaskTerms, taskKey } from './task-entry.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface TaskBookParts {
  readonly sight: Sight;
  readonly runtime: Runtime;
  /** It may be offered now. */
  readonly ready: (key: string) => void;
  /** Room may have appeared for a slot. */
  readonly woken: (slot: SlotId) => void;
  /** Its time has come. */
  readonly due: (key: string) => void;
}

/** How many of those who wait for a slot are looked at when room appears: most take it, a few may have reasons not to. */
const LOOKED_AT = 64;

/**
 * The tasks of the events this node owns, with everything that is derived from their states: when each is due, who waits for
 * room, who holds what, and the order within each subject.
 */
export class TaskBook {
  readonly #parts: TaskBookParts;
  readonly #entries = new Map<string, TaskEntry>();
  readonly #keys = new Map<EventId, Set<string>>();
  readonly #lines = new SubjectLines();
  readonly #waiting: WaitingRoom;
  readonly #due: DueTimes;

  constructor(parts: TaskBookParts) {
    this.#parts = parts;
    this.#waiting = new WaitingRoom(() => parts.runtime.monotonic());
    this.#due = new DueTimes(parts.runtime, parts.due);
  }

  get(key: string): TaskEntry | undefined {
    return this.#entries.get(key);
  }

  open(assignment: Assignment, task: Task, { head, ends }: TaskTerms): TaskEntry {
    const { slot, cluster, plan } = task;
    const key = taskKey(assignment.eventId, slot);
    const since = this.#parts.runtime.monotonic();
    const state = newTask(task, ends());
    const entry = { key, slot, cluster, head, priority: priorityOf(plan.priority), since, assignment, state };
    this.#entries.set(key, entry);
    this.#keys.set(assignment.eventId, (this.#keys.get(assignment.eventId) ?? new Set()).add(key));
    return entry;
  }

  close(entry: TaskEntry): void {
    this.become(entry, { ...entry.state, phase: 'ended' });
    this.#entries.delete(entry.key);
  }

  closeAll(eventId: EventId): void {
    for (const key of this.#keys.get(eventId) ?? []) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) this.close(entry);
    }
    this.#keys.delete(eventId);
  }

  clear(): void {
    this.#due.stop();
    this.#entries.clear();
    this.#keys.clear();
  }

  counts(): Record<Phase, number> {
    const counts = { ready: 0, offering: 0, held: 0, waiting: 0, dying: 0, ended: 0 };
    for (const { state } of this.#entries.values()) counts[state.phase]++;
    return counts;
  }

  /** Slots for which somebody waits. */
  awaitedSlots(): SlotId[] {
    return this.#waiting.slots();
  }

  /** Who waits for a slot, in the order they should be asked: subjects by urgency, those of one subject by number (W2). */
  waitingFor(slot: SlotId): TaskEntry[] {
    const inTurn = new Set<TaskEntry>();
    for (const key of this.#waiting.waitingFor(slot, LOOKED_AT)) {
      const entry = this.#entries.get(key);
      if (entry !== undefined) inTurn.add(this.#earliest(entry, inTurn));
    }
    return [...inTurn];
  }

  /** Of those that wait like this one, for the same slot of the same subject, the first that has not had its turn. */
  #earliest(entry: TaskEntry, hadTurn: ReadonlySet<TaskEntry>): TaskEntry {
    const waiting = this.besides(entry).filter((each) => each.state.phase === 'waiting' && !hadTurn.has(each));
    return waiting.reduce((a, b) => (b.assignment.number < a.assignment.number ? b : a), waiting[0] ?? entry);
  }

  /** Of each slot of a subject, the one that is to be offered first may be offered now. */
  retry(subject: string): void {
    for (const slot of this.#lines.slotsOf(subject)) this.#tryNext(subject, slot);
  }

  /** May it be offered, as far as its subject is concerned? */
  gateOf({ assignment: { subject, eventId }, slot }: TaskEntry): Gate {
    return this.#lines.gate(subject, slot, eventId);
  }

  /** Of the same slot of the same subject, those with a lower number that nobody has tried: they wait for room, or for somebody. */
  waitingBefore(entry: TaskEntry): TaskEntry[] {
    const { number } = entry.assignment;
    return this.besides(entry).filter(
      ({ state, assignment }) => state.phase === 'waiting' && assignment.number < number && isUntried(state),
    );
  }

  /** Those that are open for the same slot of the same subject, itself among them. */
  besides({ assignment: { subject }, slot }: TaskEntry): TaskEntry[] {
    const events = [...this.#lines.eventsOf(subject, slot)];
    return events.flatMap((eventId) => this.#entries.get(taskKey(eventId, slot)) ?? []);
  }

  /** The newest open event that makes this one needless for its slot (W2). */
  successorOf(entry: TaskEntry): EventId | undefined {
    const { head, assignment } = entry;
    if (head === undefined) return undefined;
    let newest = assignment;
    for (const other of this.besides(entry)) {
      if (other.head === undefined || other.state.phase === 'dying') continue;
      if (other.assignment.number > newest.number && supersedes(other.head, head)) newest = other.assignment;
    }
    return newest === assignment ? undefined : newest.eventId;
  }

  /** Takes the new state, and brings everything that is derived from it in line. */
  become(entry: TaskEntry, state: TaskState): void {
    const before = entry.state;
    entry.state = state;
    this.#followDue(entry);
    this.#followRoom(entry, before);
    this.#followLoad(entry, before);
    this.#followLine(entry, before);
  }

  /** Takes its place among those of its subject. */
  enterLine({ assignment: { subject, eventId, number }, key, slot, state }: TaskEntry): void {
    const holder = assigneeOf(state);
    const status = lineStatusOf(state);
    this.#lines.set(subject, slot, eventId, { number, status, ...(holder && { holder }) });
    if (status === 'ready') this.#parts.ready(key);
  }

  #followDue({ key, state }: TaskEntry): void {
    const at = dueOf(state);
    if (at === undefined) this.#due.clear(key);
    else this.#due.set(key, at);
  }

  #followRoom(entry: TaskEntry, before: TaskState): void {
    const { state } = entry;
    if (before.phase === 'held' && state.phase !== 'held') entry.since = this.#parts.runtime.monotonic();
    if ((state.phase === 'waiting') === (before.phase === 'waiting')) return;
    if (state.phase === 'waiting') this.#waiting.add(state.slot, entry);
    else this.#waiting.remove(state.slot, entry);
  }

  #followLoad({ state }: TaskEntry, before: TaskState): void {
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

  #followLine(entry: TaskEntry, before: TaskState): void {
    const { state, assignment } = entry;
    const isSame = state.phase === before.phase && state.isUndecided === before.isUndecided;
    if (isSame && assigneeOf(state) === assigneeOf(before)) return;
    if (state.phase === 'ended') this.#lines.delete(assignment.subject, entry.slot, assignment.eventId);
    else this.enterLine(entry);
    if (state.phase !== 'offering') this.#tryNext(assignment.subject, entry.slot);
  }

  #tryNext(subject: string, slot: SlotId): void {
    const next = this.#lines.next(subject, slot);
    if (next !== undefined) this.#parts.ready(taskKey(next, slot));
  }

  #wakeGeneral(general: string): void {
    for (const slot of this.#waiting.slots()) if (generalOfSlot(slot) === general) this.#parts.woken(slot);
  }
}

function isUntried({ attempts, refused, lapsed, handedBack }: TaskState): boolean {
  return attempts === 0 && refused.length === 0 && lapsed.length === 0 && handedBack.size === 0;
}

function lineStatusOf({ phase, isUndecided }: TaskState): LineStatus {
  switch (phase) {
    case 'ready':
    case 'offering':
    case 'held':
      return phase;
    case 'waiting':
      return isUndecided ? 'ready' : 'aside';
    case 'dying':
    case 'ended':
      return 'aside';
  }
}
