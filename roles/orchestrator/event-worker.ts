import { messageOf } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { DistributionRecord, MeshRecord } from '../../protocols/record.ts';
import { headStateOf } from '../policy/supersede.ts';
import type { Journal } from '../ports/journal.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import { type Fact, isEnded, type Story, type Task } from '../replica/story.ts';
import { isRanked } from './distribution.ts';
import type { OpenEvent, OpenEvents } from './open-events.ts';
import type { People } from './people.ts';
import type { Planner } from './planner.ts';
import { outcomeOf } from './settle.ts';
import type { TaskDesk } from './task-desk.ts';

export interface EventWorkerOptions {
  /** How long a slot is tried. */
  readonly deadlineMs: number;
  /** How long a general that nobody offers is waited for. */
  readonly waitingDeadlineMs: number;
}

export interface EventWorkerParts {
  readonly journal: Journal;
  readonly events: OpenEvents;
  readonly planner: Planner;
  readonly desk: TaskDesk;
  /** What members say in comments. */
  readonly people?: Pick<People, 'commandsOf' | 'recordsFor'>;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

/** What the owner of an event writes about it: decisions, ends of slots that nobody does, its end. One step writes at most one thing. */
export class EventWorker {
  readonly #options: EventWorkerOptions;
  readonly #parts: EventWorkerParts;

  constructor(options: EventWorkerOptions, parts: EventWorkerParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Resolves to true when it wrote something, so that the story has to be read anew. Called for one event at a time. */
  async step(event: OpenEvent, story: Story): Promise<boolean> {
    await this.#obey(story);
    const record = this.#decision(event, story) ?? this.#ending(event, story) ?? this.#end(event, story);
    if (record === undefined) return false;
    const position = await this.#parts.journal.append(record);
    this.#parts.events.add(event, position, record);
    this.#told(event.id, story.tasks, record);
    return true;
  }

  /** The first decision about an event, to be written in one group with it; undefined when it cannot be made just then. */
  decideAhead(event: MeshEvent, receivedAt: number): MeshRecord | undefined {
    // What a member says is on disk before anything is decided about it.
    if ((this.#parts.people?.commandsOf(event).length ?? 0) > 0) return undefined;
    try {
      const record = this.#parts.planner.first(event, receivedAt);
      this.#told(event.id, [], record);
      return record;
    } catch (error) {
      this.#parts.runtime.log.error(
        { eventId: event.id, problem: messageOf(error) },
        'event cannot be decided at once',
      );
      return undefined;
    }
  }

  /** The end of an event, to be written in one group with the last result; undefined while something is to come. */
  endAhead(event: OpenEvent, story: Story): MeshRecord | undefined {
    const record = story.settled === undefined ? this.#end(event, story) : undefined;
    if (record !== undefined) this.#told(event.id, story.tasks, record);
    return record;
  }

  /** Monotonic milliseconds when waiting for a general ends; undefined when nothing is waited for. */
  waitingEndsAt(story: Story): number | undefined {
    return story.distribution?.waiting.length ? this.#abandonAt(story) : undefined;
  }

  /** Before the first decision. Whoever does it again after a crash writes the same. */
  async #obey({ event, distribution, receivedAt }: Story): Promise<void> {
    const { people, journal, runtime } = this.#parts;
    if (people === undefined || event === undefined || distribution !== undefined) return;
    if (people.commandsOf(event).length === 0) return;
    const records = await people.recordsFor(event, receivedAt ?? this.#wall());
    await Promise.all(records.map((record) => journal.append(record)));
    runtime.log.info({ eventId: event.id, by: event.actor, records: records.length }, 'command heeded');
  }

  #decision(event: OpenEvent, story: Story): DistributionRecord | undefined {
    const { planner, runtime } = this.#parts;
    const { distribution } = story;
    if (story.event === undefined) return undefined;
    if (distribution === undefined) return planner.first(story.event, story.receivedAt ?? runtime.wall());
    const isWaiting = distribution.waiting.length > 0;
    if (!isWaiting && !event.replan) return undefined;
    event.replan = false;
    const again = planner.again(distribution, story.event, this.#taken(story));
    if (again !== undefined || !isWaiting || runtime.monotonic() < this.#abandonAt(story)) return again;
    for (const { general, reason } of distribution.waiting) {
      runtime.log.warn({ eventId: event.id, general, reason }, 'nobody offered a general in time');
    }
    return planner.giveUpWaiting(distribution);
  }

  #taken(story: Story): Set<SlotId> {
    const { desk } = this.#parts;
    return new Set(story.tasks.map(({ slot }) => slot).filter((slot) => desk.isTaken(story.eventId, slot)));
  }

  #ending(event: OpenEvent, story: Story): MeshRecord | undefined {
    this.#drive(event, story);
    for (const [slot, ending] of event.endings) {
      event.endings.delete(slot);
      const task = story.tasks.find((each) => each.slot === slot);
      if (task === undefined || isEnded(task)) continue;
      const round = ending.type === 'dead' && task.round > 0 && { round: task.round };
      return { v: WIRE_VERSION, at: this.#wall(), eventId: event.id, slot, ...ending, ...round };
    }
    return undefined;
  }

  /** Tells the desk what the records say. It may bury a task or ask for a new decision at once. */
  #drive(event: OpenEvent, story: Story): void {
    const { distribution } = story;
    if (distribution === undefined) return;
    const { subject, number } = distribution;
    const head = story.event && headStateOf(story.event);
    for (const task of story.tasks) {
      const deadline = Math.max(distribution.deadline, (task.retried?.at ?? 0) + this.#options.deadlineMs);
      this.#parts.desk.update({ eventId: event.id, subject, number, deadline }, task, {
        ...(head && { head }),
        ends: () => ({
          giveUpAt: this.#giveUpAt(event, task, story),
          abandonAt: this.#abandonAt(story, task.retried?.at),
        }),
      });
    }
  }

  #end(event: OpenEvent, story: Story): MeshRecord | undefined {
    const outcome = outcomeOf(story);
    const retries = story.retries > 0 && { retries: story.retries };
    return outcome && { v: WIRE_VERSION, type: 'settled', at: this.#wall(), eventId: event.id, outcome, ...retries };
  }

  /** What an operator had tried anew has all its time again. */
  #giveUpAt(event: OpenEvent, { slot, retried }: Task, story: Story): number {
    const rankedAt = firstRankedAt(this.#parts.events.factsOf(event), slot);
    if (rankedAt === undefined) return this.#abandonAt(story, retried?.at);
    return this.#monotonicOf(Math.max(rankedAt, retried?.at ?? 0) + this.#options.deadlineMs);
  }

  #abandonAt({ receivedAt }: Story, retriedAt = 0): number {
    return this.#monotonicOf(Math.max(receivedAt ?? this.#wall(), retriedAt) + this.#options.waitingDeadlineMs);
  }

  /** Deadlines are written in wall-clock time, waiting goes by the monotonic clock. */
  #monotonicOf(wall: number): number {
    const { runtime } = this.#parts;
    return runtime.monotonic() + (wall - runtime.wall());
  }

  #wall(): number {
    return Math.max(0, Math.round(this.#parts.runtime.wall()));
  }

  #told(eventId: EventId, tasks: readonly Task[], record: MeshRecord): void {
    const { meter, runtime } = this.#parts;
    const { log } = runtime;
    if (record.type === 'distribution') {
      const { revision, rule, strategy, slots, waiting } = record;
      if (revision === 0) meter.count('mindos_distributions_total', { strategy: labelOf(strategy) });
      log.debug({ eventId, revision, rule, slots: slots.length, waiting: waiting.length }, 'event distributed');
    } else if (record.type === 'dead') {
      log.warn({ eventId, slot: record.slot, reason: record.reason }, 'task given up');
    } else if (record.type === 'superseded') {
      log.debug({ eventId, slot: record.slot, by: record.by }, 'task superseded');
    } else if (record.type === 'settled') {
      for (const { state } of tasks) meter.count('mindmesh_tasks_ended_total', { outcome: state });
      log.debug({ eventId, outcome: record.outcome }, 'event settled');
    }
  }
}

/** Wall clock of the first decision that named somebody for the slot: its trying began then. */
function firstRankedAt(facts: readonly Fact[], slot: SlotId): number | undefined {
  const times = facts.flatMap(({ record }) => {
    if (record.type !== 'distribution') return [];
    const plan = record.slots.find((each) => each.slot === slot);
    return plan?.candidates.some(isRanked) ? [record.at] : [];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Labels are a closed set: several strategies at once are one more. */
function labelOf(strategy: string): string {
  return strategy.includes(',') ? 'mixed' : strategy;
}
