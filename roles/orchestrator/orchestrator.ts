import type { Note } from '../../protocols/dispatch.ts';
import { MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import { UNROUTED_GENERAL } from '../../protocols/generals.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { RouteTestView } from '../../protocols/operator.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { DistributionRecord, GeneralStatusRecord } from '../../protocols/record.ts';
import type { Dispatcher } from '../ports/dispatcher.ts';
import type { Committed, Journal } from '../ports/journal.ts';
import type { Roster } from '../ports/roster.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { getRow } from '../replica/rows.ts';
import { loadStory } from '../replica/stories.ts';
import { eventIdOfRecord } from '../replica/story.ts';
import { DecisionWaits } from './decision-waits.ts';
import { EventFlow } from './event-flow.ts';
import { EventWorker } from './event-worker.ts';
import type { OfferNote } from './offers-log.ts';
import { OpenEvents } from './open-events.ts';
import { ownerOf } from './ownership.ts';
import { People, type PeopleOptions } from './people.ts';
import { Planner } from './planner.ts';
import { mergeRoutes, type Route } from './routes.ts';
import { Sight } from './sight.ts';
import { SubjectNumbers } from './subject-numbers.ts';
import type { Phase } from './task/state.ts';
import { TaskDesk } from './task-desk.ts';

export interface OrchestratorOptions {
  readonly self: NodeCard;
  /** Default: the built-in routes. */
  readonly routes?: readonly Route[];
  /** The general that gets what no route matches. Default `general-purpose-general`. */
  readonly unrouted?: string;
  /** How long a slot is tried. Default 24 h (W4). */
  readonly deadlineMs?: number;
  /** How long a general that nobody offers is waited for. Default 7 d (W4). */
  readonly waitingDeadlineMs?: number;
  /**
   * How long a node only watches after it started or became the owner of an event. Default 2 s: by then it has heard who else
   * is there, and what the former owner wrote last has arrived. Longer delays the work of a node that is gone.
   */
  readonly graceMs?: number;
  /** Whose word in comments counts, and where one is wanted. */
  readonly people?: PeopleOptions;
}

export interface OrchestratorParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly roster: Roster;
  readonly dispatcher: Dispatcher;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

export interface OrchestratorStats {
  /** Events that are not settled, and those of them this node owns. */
  readonly open: number;
  readonly owned: number;
  /** Tasks of owned events by phase. */
  readonly tasks: Readonly<Record<Phase, number>>;
  /** Generals that events of this node wait for. */
  readonly awaited: readonly string[];
}

const DAY_MS = 24 * 60 * 60 * 1000;
const GRACE_MS = 2_000;

/** Decides who does the work: follows the log, owns its share of the subjects, and drives their events to the end (W1–W5). */
export class Orchestrator {
  readonly #self: PeerId;
  readonly #parts: OrchestratorParts;
  readonly #sight: Sight;
  readonly #numbers: SubjectNumbers;
  readonly #planner: Planner;
  readonly #events: OpenEvents;
  readonly #desk: TaskDesk;
  readonly #flow: EventFlow;
  readonly #waits: DecisionWaits;

  /** Listens to journal and roster from its construction on; acts once started. */
  constructor(options: OrchestratorOptions, parts: OrchestratorParts) {
    const { journal, tables, runtime, meter, roster, dispatcher } = parts;
    const times = {
      deadlineMs: options.deadlineMs ?? DAY_MS,
      waitingDeadlineMs: options.waitingDeadlineMs ?? 7 * DAY_MS,
    };
    const { self, unrouted = UNROUTED_GENERAL, routes: rules = mergeRoutes([]), graceMs = GRACE_MS } = options;
    this.#self = self.peer;
    this.#parts = parts;
    const sight = new Sight(self, { tables, roster, runtime });
    const numbers = new SubjectNumbers(tables);
    const people = new People(options.people ?? {}, { journal, tables });
    const planner = new Planner({ rules, unrouted, ...times }, { sight, numbers, runtime, people });
    const events = new OpenEvents({ journal, tables });
    const desk = new TaskDesk({ sight, dispatcher, runtime, meter, ...this.#hooks() });
    const worker = new EventWorker(times, { journal, events, planner, desk, people, runtime, meter });
    this.#flow = new EventFlow({ self: self.peer, graceMs }, { tables, runtime, sight, events, desk, worker });
    this.#sight = sight;
    this.#numbers = numbers;
    this.#planner = planner;
    this.#events = events;
    this.#desk = desk;
    this.#waits = new DecisionWaits(runtime);
    journal.beforeCommit?.((entries) => this.#flow.ahead(entries));
    journal.onCommit((entries) => this.#onCommit(entries));
    roster.onChange(() => this.#flow.lookAround());
  }

  /** Takes up what is open. */
  async start(): Promise<void> {
    await this.#sight.start();
    this.#flow.start();
  }

  /** Resolves once nothing is being written any more. Open events stay open; the next owner takes them up. */
  async stop(): Promise<void> {
    this.#desk.stop();
    await this.#flow.stop();
  }

  /** What an executor said on the dispatch stream. */
  note(from: PeerId, note: Note): void {
    this.#desk.note(from, note);
  }

  /** Events that everybody else settled so long ago that no log says so any more (L5). */
  forget(events: readonly EventId[]): void {
    this.#flow.forget(events);
  }

  /** What routing would do with an event now. */
  routeTest(event: MeshEvent): RouteTestView {
    return this.#planner.test(event);
  }

  /** This node's latest offers about an event, oldest first. */
  offersOf(eventId: EventId): readonly OfferNote[] {
    return this.#desk.offersOf(eventId);
  }

  /** Who decides about a subject, as this node sees the mesh. */
  ownerOf(subject: string): PeerId | undefined {
    return ownerOf(subject, this.#sight.orchestrators);
  }

  stats(): OrchestratorStats {
    const owned = [...this.#events.all()].filter(({ owner }) => owner === this.#self).length;
    return { open: this.#events.size, owned, tasks: this.#desk.counts(), awaited: this.#flow.awaited };
  }

  /** Resolves once it is on disk. @throws MeshError `general-unknown`. */
  async setGeneralStatus(cluster: string, general: string, status: GeneralStatusRecord['status']): Promise<void> {
    if (!this.#sight.offerings(general).some((each) => each.cluster === cluster)) {
      throw new MeshError('general-unknown', { general, cluster });
    }
    await this.#parts.journal.append({
      v: WIRE_VERSION,
      type: 'general-status',
      at: this.#wall(),
      cluster,
      general,
      status,
    });
  }

  /**
   * Takes in an event whose id may be known, and tells what was decided, by whichever node owns it.
   * @throws MeshError `request-timeout` when its owner decides nothing in time; the event itself is safe by then.
   */
  async distribute(event: MeshEvent): Promise<DistributionRecord> {
    const { journal, tables } = this.#parts;
    const decision = this.#waits.begin(event.id, this.ownerOf(event.subject));
    try {
      if (getRow(tables, 'ids', event.id) === undefined) {
        await journal.append({ v: WIRE_VERSION, type: 'event', at: this.#wall(), event });
      }
      const { distribution } = await loadStory(event.id, { journal, tables });
      return distribution ?? (await decision.record);
    } finally {
      decision.stop();
    }
  }

  #hooks() {
    return {
      eventOf: async (id: EventId) => {
        const event = this.#events.get(id);
        return event && this.#events.bodyOf(event);
      },
      isTakingOver: (subject: string) => this.#flow.isTakingOver(subject),
      replan: (id: EventId) => this.#flow.change(id, (event) => Object.assign(event, { replan: true })),
      bury: (id: EventId, slot: SlotId, reason: string) =>
        this.#flow.change(id, (event) => event.endings.set(slot, { type: 'dead', reason })),
      supersede: (id: EventId, slot: SlotId, by: EventId) =>
        this.#flow.change(id, (event) => event.endings.set(slot, { type: 'superseded', by })),
    };
  }

  #onCommit(entries: readonly Committed[]): void {
    let isStatusNew = false;
    const ended = this.#flow.takeEnds(settledBy(entries));
    for (const { position, decoded } of entries) {
      if (!decoded.ok) continue;
      const { record } = decoded;
      const eventId = eventIdOfRecord(record);
      if (eventId !== undefined && !ended.has(eventId)) this.#flow.take(eventId, position, record);
      if (record.type === 'card') this.#sight.noteCard(record.card, record.at);
      if (record.type === 'general-status') isStatusNew = true;
      if (record.type === 'distribution') {
        this.#numbers.recorded(record.subject, record.number);
        this.#waits.decided(record);
      }
    }
    if (isStatusNew) this.#flow.lookAround();
  }

  #wall(): number {
    return Math.max(0, Math.round(this.#parts.runtime.wall()));
  }
}

function settledBy(entries: readonly Committed[]): EventId[] {
  return entries.flatMap(({ decoded }) =>
    decoded.ok && decoded.record.type === 'settled' ? [decoded.record.eventId] : [],
  );
}
