import type { Priority } from '../../protocols/dispatch.ts';
import type { MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, PeerId, SlotId } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { AcceptedRecord } from '../../protocols/record.ts';
import type { Result } from '../../protocols/result.ts';
import { priorityOf } from '../policy/priority.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { startsOf } from '../replica/fold-tasks.ts';
import { getRow, type Row, rangeRows } from '../replica/rows.ts';
import { type Orders, ordersFor } from '../replica/session-orders.ts';
import { loadFacts } from '../replica/stories.ts';

export interface Attempts {
  /** The highest number of an execution that began, on any node; 0 before the first. */
  readonly begun: number;
  /** The highest of this node's. */
  readonly lastOwn?: number;
}

/** A piece of work this node has promised to do. */
export interface InboxTask extends Attempts {
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly general: string;
  readonly subject: string;
  readonly number: number;
  readonly priority: Priority;
  readonly owner: PeerId;
  readonly event: MeshEvent;
}

export interface InboxParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
}

type TaskId = Pick<InboxTask, 'eventId' | 'slot'>;

/**
 * The inbox of this node's generals is its own log: `accepted` takes in; `done`, `failed`, `superseded` and `handed-back` take out,
 * and the table `inbox` is made of them (W3). Each record is synced before anybody acts on it, so that kill -9 at any moment loses nothing.
 */
export class Inbox {
  readonly #self: PeerId;
  readonly #parts: InboxParts;

  /** Accepted, and the event was not here when it was asked for. */
  readonly #eventless = new Map<EventId, Set<SlotId>>();

  constructor(options: { readonly self: PeerId }, parts: InboxParts) {
    this.#self = options.self;
    this.#parts = parts;
  }

  /** What was accepted, in this boot or an earlier one, and has not ended. */
  async load(): Promise<InboxTask[]> {
    const rows = await rangeRows(this.#parts.tables, 'inbox');
    const tasks = await Promise.all(rows.map(([, row]) => this.#taskOf(row)));
    return tasks.filter((task) => task !== undefined);
  }

  /** One of those; undefined when it was not accepted or has ended. */
  async find({ eventId, slot }: TaskId): Promise<InboxTask | undefined> {
    const row = getRow(this.#parts.tables, 'inbox', tableKey(eventId, slot));
    return row && this.#taskOf(row);
  }

  /** The tasks that could not be loaded or found because this event was not here; each is told of once. */
  takeEventless(eventId: EventId): readonly TaskId[] {
    const slots = [...(this.#eventless.get(eventId) ?? [])];
    this.#eventless.delete(eventId);
    return slots.map((slot) => ({ eventId, slot }));
  }

  /**
   * Resolves once the promise is on disk. The event goes with it only while its own record is not here.
   * @param attempt the execution that begins with it; without one it waits
   * @throws MeshError `record-too-large`
   */
  async accept(task: InboxTask, attempt?: number): Promise<void> {
    const { eventId, slot, general, subject, number, priority, owner, event } = task;
    const isHere = getRow(this.#parts.tables, 'ids', eventId) !== undefined;
    const record: AcceptedRecord = {
      ...this.#head({ eventId, slot }),
      type: 'accepted',
      general,
      subject,
      number,
      priority,
      owner,
      ...(!isHere && { event }),
      ...(attempt !== undefined && { attempt }),
    };
    await this.#parts.journal.append(record);
  }

  /** Which executions have begun, as far as is known here. */
  async attemptsOf({ eventId, slot }: TaskId): Promise<Attempts> {
    const types = ['accepted', 'started', 'handed-back'] as const;
    const facts = await Promise.all(types.map((type) => loadFacts(eventId, this.#parts, [type, slot])));
    const starts = startsOf(facts.flat());
    const own = starts.filter(({ position }) => position.origin === this.#self).map(({ attempt }) => attempt);
    return {
      begun: Math.max(0, ...starts.map(({ attempt }) => attempt)),
      ...(own.length > 0 && { lastOwn: Math.max(...own) }),
    };
  }

  /** What people told it, as far as is known here. */
  ordersFor(task: TaskId): Orders {
    return ordersFor(task, this.#parts.tables);
  }

  /** Whether somebody has done it, as far as is known here. */
  async isDone({ eventId, slot }: TaskId): Promise<boolean> {
    return (await loadFacts(eventId, this.#parts, ['done', slot])).length > 0;
  }

  /** The event that made it needless, as its owner or an earlier boot recorded it. */
  async supersededBy({ eventId, slot }: TaskId): Promise<EventId | undefined> {
    for (const { record } of await loadFacts(eventId, this.#parts, ['superseded', slot])) {
      if (record.type === 'superseded') return record.by;
    }
    return undefined;
  }

  /** Nothing of it began: a newer event shows all that it would have shown (W2). */
  async superseded(task: TaskId, by: EventId): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(task), type: 'superseded', by });
  }

  /** Nothing of it began, whatever `accept` said, and this node leaves (W8). */
  async handBack(task: TaskId): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(task), type: 'handed-back' });
  }

  /** Before an execution begins that did not begin with `accept`: only what is recorded counts as an attempt (W4). */
  async started(task: TaskId, attempt: number): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(task), type: 'started', attempt });
  }

  /** @throws MeshError `record-too-large` */
  async done(task: TaskId, attempt: number, result: Result): Promise<void> {
    await this.#parts.journal.append({ ...this.#head(task), type: 'done', attempt, result });
  }

  async failed(
    task: TaskId,
    attempt: number,
    error: Pick<MeshError, 'message'> & { readonly code: string },
  ): Promise<void> {
    const { code, message } = error;
    await this.#parts.journal.append({
      ...this.#head(task),
      type: 'failed',
      attempt,
      code,
      message: message.slice(0, 2_000),
    });
  }

  async #taskOf(row: Row<'inbox'>): Promise<InboxTask | undefined> {
    const { journal, runtime } = this.#parts;
    const { eventId, slot, general, subject, number } = row;
    const decoded = await journal.read(row);
    const accepted = decoded?.ok && decoded.record.type === 'accepted' ? decoded.record : undefined;
    const event = accepted?.event ?? (await this.#event({ eventId, slot }));
    if (accepted === undefined || event === undefined) {
      // It may come yet. If not, its owner's lease runs out, and it is offered again with its event.
      runtime.log.warn({ eventId, slot }, 'accepted task without its event');
      return undefined;
    }
    const attempts = await this.attemptsOf(row);
    const priority = priorityOf(row.priority);
    return { eventId, slot, general, subject, number, priority, owner: accepted.owner, event, ...attempts };
  }

  async #event({ eventId, slot }: TaskId): Promise<MeshEvent | undefined> {
    const position = getRow(this.#parts.tables, 'ids', eventId);
    if (position === undefined) this.#eventless.set(eventId, new Set(this.#eventless.get(eventId)).add(slot));
    const decoded = position && (await this.#parts.journal.read(position));
    return decoded?.ok && decoded.record.type === 'event' ? decoded.record.event : undefined;
  }

  #head({ eventId, slot }: TaskId) {
    const at = Math.max(0, Math.round(this.#parts.runtime.wall()));
    return { v: WIRE_VERSION, at, eventId, slot } as const;
  }
}
