import { asMeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import { compareText, type EventId, EventIdSchema, type PeerId, type Position } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Committed } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { getRow, rangeRows } from '../replica/rows.ts';
import type { Story } from '../replica/story.ts';
import { Ahead } from './ahead.ts';
import { Awaited } from './awaited.ts';
import { DueTimes } from './due-times.ts';
import type { EventWorker } from './event-worker.ts';
import { Lanes } from './lanes.ts';
import type { OpenEvent, OpenEvents } from './open-events.ts';
import { ownerOf } from './ownership.ts';
import type { Sight } from './sight.ts';
import { TakenOver } from './taken-over.ts';
import type { TaskDesk } from './task-desk.ts';

export interface EventFlowOptions {
  readonly self: PeerId;
  /** How long this node only watches after its start and after it became the owner of an event. */
  readonly graceMs: number;
}

export interface EventFlowParts {
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly sight: Sight;
  readonly events: OpenEvents;
  readonly desk: TaskDesk;
  readonly worker: EventWorker;
}

/** Events that are worked on at once: enough to fill a commit group. */
const EVENTS_AT_ONCE = 256;
/** A fault of ours in one event must not spin. */
const FAULT_PAUSE_MS = 30_000;
/** Ids of which a record came before the event itself. */
const EARLY_IDS = 10_000;

/** Follows every open event and works on those this node owns, one step at a time for each. */
export class EventFlow {
  readonly #options: EventFlowOptions;
  readonly #parts: EventFlowParts;
  readonly #due: DueTimes;
  readonly #awaited = new Awaited();
  readonly #ahead: Ahead;
  readonly #lanes: Lanes;
  readonly #work = new Set<Promise<void>>();
  readonly #early = new Set<EventId>();
  /** Open events of each subject, as far as their subjects are known. */
  readonly #perSubject = new Map<string, number>();
  readonly #takenOver = new TakenOver();
  #isTakenUp = false;
  #openings = new Map<string, string>();
  #orchestrators: readonly PeerId[] = [];
  /** Those before the last change, and when that was. */
  #before: { readonly orchestrators: readonly PeerId[]; readonly until: number } = { orchestrators: [], until: 0 };
  #quietUntil = 0;
  #isRunning = false;

  constructor(options: EventFlowOptions, parts: EventFlowParts) {
    this.#options = options;
    this.#parts = parts;
    this.#lanes = new Lanes(EVENTS_AT_ONCE, () => parts.runtime.monotonic());
    this.#ahead = new Ahead({
      events: parts.events,
      worker: parts.worker,
      mayDecide: (event) => this.#mayDecide(event),
      mayEnd: (event) => this.#mayEnd(event),
    });
    this.#due = new DueTimes(parts.runtime, (key) => this.change(EventIdSchema.parse(key), () => undefined));
  }

  /** Takes up what is open, in the background and in the order it came in. */
  start(): void {
    this.#isRunning = true;
    this.#quietUntil = this.#now() + this.#options.graceMs;
    this.#orchestrators = this.#parts.sight.orchestrators;
    void this.#track(this.#takeUp());
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    this.#due.stop();
    await Promise.allSettled(this.#work);
  }

  /** Names of the generals that events of this node wait for. */
  get awaited(): readonly string[] {
    return this.#awaited.generals();
  }

  /** Closes the events that have ended with a group, and tells which: nothing else that it says of them matters any more. */
  takeEnds(ids: Iterable<EventId>): ReadonlySet<EventId> {
    const ended = new Set<EventId>();
    if (!this.#isRunning) return ended;
    for (const id of ids) {
      // A `settled` that does not know of a retry settles nothing.
      if (getRow(this.#parts.tables, 'settled', id) === undefined) continue;
      const known = this.#parts.events.get(id);
      this.#early.delete(id);
      if (known !== undefined) this.#close(known);
      ended.add(id);
    }
    return ended;
  }

  take(id: EventId, position: Position, record: MeshRecord): void {
    if (!this.#isRunning) return;
    const { events } = this.#parts;
    const event = events.get(id) ?? this.#unknown(id, record);
    if (event === undefined) return;
    if (event.subject !== undefined && event.owner !== this.#options.self) {
      events.forget(event);
    } else {
      events.add(event, position, record);
      this.#queue(event);
    }
  }

  /** What is to be written in one group with these. */
  ahead(entries: readonly Committed[]): readonly MeshRecord[] {
    return this.#isRunning && this.#isTakenUp ? this.#ahead.recordsFor(entries) : [];
  }

  change(id: EventId, change: (event: OpenEvent) => void): void {
    const event = this.#parts.events.get(id);
    if (event === undefined) return;
    change(event);
    this.#queue(event);
  }

  /** Nobody is to do anything about these any more, and the logs no longer say why (L5). */
  forget(ids: readonly EventId[]): void {
    for (const id of ids) {
      const event = this.#parts.events.get(id);
      if (event !== undefined) this.#close(event);
    }
  }

  /** Nodes, their loads or the status of a general have changed. */
  lookAround(): void {
    if (!this.#isRunning) return;
    const { sight, desk } = this.#parts;
    sight.refresh();
    if (this.#orchestrators.join() !== sight.orchestrators.join()) this.#reown();
    this.#lookForAwaited();
    desk.wake();
  }

  async #takeUp(): Promise<void> {
    try {
      for (const id of await this.#openIds()) {
        if (!this.#isRunning) return;
        const event = this.#parts.events.get(id) ?? this.#watch(id, false);
        // One after the other: the events of a subject are numbered in the order in which they get here.
        await this.#parts.events.storyOf(event);
        this.#queue(event);
      }
      this.#isTakenUp = true;
    } catch (error) {
      this.#parts.runtime.log.error({ problem: asMeshError(error).message }, 'open events cannot be read');
    }
  }

  /** In the order they came in, as far as the logs tell. */
  async #openIds(): Promise<EventId[]> {
    const rows = [...(await rangeRows(this.#parts.tables, 'open'))].sort(
      ([, a], [, b]) => compareText(a.epoch, b.epoch) || compareText(a.origin, b.origin) || a.seq - b.seq,
    );
    return rows.map(([id]) => EventIdSchema.parse(id));
  }

  #unknown(id: EventId, record: MeshRecord): OpenEvent | undefined {
    if (record.type === 'event') return this.#meet(record.event);
    // A dead letter is tried anew: the event was closed here, and is open again.
    const isReopened = record.type === 'retried' && getRow(this.#parts.tables, 'open', id) !== undefined;
    return isReopened ? this.#watch(id, false) : this.#remember(id);
  }

  /** An event that is new here; undefined when it ended before its record came. */
  #meet(event: MeshEvent): OpenEvent | undefined {
    if (getRow(this.#parts.tables, 'settled', event.id) !== undefined) return undefined;
    const open = this.#watch(event.id, !this.#early.delete(event.id));
    this.#identify(open, event.subject);
    return open;
  }

  /** Logs arrive in any order: a record about an event may come before it. It is found in the tables then. */
  #remember(id: EventId): undefined {
    this.#early.add(id);
    for (const oldest of this.#early) {
      if (this.#early.size <= EARLY_IDS) break;
      this.#early.delete(oldest);
    }
  }

  #watch(id: EventId, isComplete: boolean): OpenEvent {
    const event = this.#parts.events.open(id, isComplete);
    event.actFrom = this.#quietUntil;
    return event;
  }

  #identify(event: OpenEvent, subject: string): void {
    if (event.subject !== undefined) return;
    event.subject = subject;
    this.#perSubject.set(subject, (this.#perSubject.get(subject) ?? 0) + 1);
    event.owner = ownerOf(subject, this.#orchestrators);
    event.actFrom = Math.max(event.actFrom, this.#takenOverUntil(subject));
    this.#watchFor(event);
  }

  #watchFor(event: OpenEvent): void {
    if (event.owner === this.#options.self && this.#now() < event.actFrom) this.#takenOver.add(event);
  }

  #looked(event: OpenEvent): void {
    if (this.#takenOver.delete(event) && event.subject !== undefined) this.#parts.desk.retry(event.subject);
  }

  /** Not all of its events are known that were there when it was taken over. */
  isTakingOver(subject: string): boolean {
    return this.#takenOver.has(subject);
  }

  /** A new event of a subject that was taken over just now waits with those that were there: it comes after them (W2, W5). */
  #takenOverUntil(subject: string): number {
    const isTakenOver = ownerOf(subject, this.#orchestrators) !== ownerOf(subject, this.#before.orchestrators);
    return isTakenOver ? this.#before.until + this.#options.graceMs : 0;
  }

  /** Nothing here speaks of the event yet, and no other event of its subject is to be decided first. */
  #mayDecide({ id, subject }: MeshEvent): boolean {
    if (this.#perSubject.has(subject) || this.#early.has(id)) return false;
    if (ownerOf(subject, this.#orchestrators) !== this.#options.self) return false;
    if (this.#now() < Math.max(this.#quietUntil, this.#takenOverUntil(subject))) return false;
    return getRow(this.#parts.tables, 'ids', id) === undefined;
  }

  #mayEnd(event: OpenEvent): boolean {
    const { owner, isRunning, isQueued, isComplete, replan, endings, actFrom } = event;
    if (owner !== this.#options.self || this.#now() < actFrom) return false;
    return isComplete && !isRunning && !isQueued && !replan && endings.size === 0;
  }

  /** The owners of subjects have changed (W5). */
  #reown(): void {
    const { self, graceMs } = this.#options;
    this.#before = { orchestrators: this.#orchestrators, until: this.#now() };
    this.#orchestrators = this.#parts.sight.orchestrators;
    for (const event of this.#parts.events.all()) {
      if (event.subject === undefined) continue;
      const before = event.owner;
      event.owner = ownerOf(event.subject, this.#orchestrators);
      if (before === event.owner) continue;
      if (before === self) this.#release(event);
      if (event.owner !== self) continue;
      event.actFrom = Math.max(this.#quietUntil, this.#now() + graceMs);
      this.#watchFor(event);
      this.#queue(event);
    }
  }

  /** Somebody offers what events wait for, somewhere it was not offered before. */
  #lookForAwaited(): void {
    const now = this.#parts.sight.openings(this.#awaited.generals());
    for (const [general, clusters] of now) {
      if (this.#openings.get(general) === clusters) continue;
      for (const event of this.#awaited.eventsFor(general)) this.#queue(event);
    }
    this.#openings = now;
  }

  #queue(event: OpenEvent): void {
    if (event.isQueued || !this.#isRunning) return;
    event.isQueued = true;
    if (!event.isRunning) this.#lanes.run('events', 'normal', () => this.#track(this.#workOn(event)));
  }

  #track(work: Promise<void>): Promise<void> {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
    return tracked;
  }

  async #workOn(event: OpenEvent): Promise<void> {
    event.isRunning = true;
    try {
      while (event.isQueued && this.#isOpen(event)) {
        event.isQueued = false;
        await this.#step(event);
      }
    } catch (error) {
      const problem = asMeshError(error).message;
      this.#parts.runtime.log.error({ eventId: event.id, problem }, 'event cannot be driven');
      event.isQueued = false;
      this.#due.set(event.id, this.#now() + FAULT_PAUSE_MS);
      this.#looked(event);
    } finally {
      event.isRunning = false;
    }
  }

  async #step(event: OpenEvent): Promise<void> {
    const { events, worker } = this.#parts;
    const story = await events.storyOf(event);
    if (!this.#isOpen(event)) return;
    if (story.settled !== undefined) return this.#close(event);
    if (story.event === undefined) return;
    this.#identify(event, story.event.subject);
    if (event.owner !== this.#options.self) return this.#release(event);
    if (this.#now() < event.actFrom) return this.#due.set(event.id, event.actFrom);
    if (await worker.step(event, story)) event.isQueued = true;
    else this.#seen(event, story);
  }

  /** It may end, or this node stop, while something is being read or written. */
  #isOpen(event: OpenEvent): boolean {
    return this.#isRunning && this.#parts.events.get(event.id) === event;
  }

  /** Everything that is to be written about it now is written, and the desk knows of it. */
  #seen(event: OpenEvent, story: Story): void {
    this.#await(event, story);
    this.#looked(event);
  }

  #await(event: OpenEvent, story: Story): void {
    const { sight, worker } = this.#parts;
    const generals = [...new Set(story.distribution?.waiting.map(({ general }) => general))];
    this.#awaited.set(event, generals);
    const unseen = generals.filter((general) => !this.#openings.has(general));
    for (const [general, clusters] of sight.openings(unseen)) this.#openings.set(general, clusters);
    const endsAt = worker.waitingEndsAt(story);
    if (endsAt !== undefined) this.#due.set(event.id, endsAt);
  }

  /** Another node owns it: only its end is followed. */
  #release(event: OpenEvent): void {
    this.#parts.desk.drop(event.id);
    this.#awaited.delete(event);
    this.#due.clear(event.id);
    event.endings.clear();
    this.#parts.events.forget(event);
    this.#looked(event);
  }

  #close(event: OpenEvent): void {
    this.#release(event);
    this.#parts.events.close(event);
    const { subject } = event;
    const open = subject === undefined ? undefined : this.#perSubject.get(subject);
    if (subject === undefined || open === undefined) return;
    if (open > 1) this.#perSubject.set(subject, open - 1);
    else this.#perSubject.delete(subject);
  }

  #now(): number {
    return this.#parts.runtime.monotonic();
  }
}
