import { MeshError } from '../../protocols/errors.ts';
import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import type {
  SessionLine,
  SessionOrdered,
  SessionOrderRequest,
  SessionQuery,
  SessionsQuery,
  SessionView,
} from '../../protocols/people.ts';
import { orderRecords } from '../policy/session-order.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { type Tables, tableKey } from '../ports/tables.ts';
import { getRow, rangeRows } from '../replica/rows.ts';
import { ordersFor } from '../replica/session-orders.ts';
import { loadStory } from '../replica/stories.ts';
import { isEnded, type Story, type Task } from '../replica/story.ts';
import { taskLines } from './task-lines.ts';
import { openEvents } from './task-list.ts';

export interface SessionsParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'wall'>;
  /** An event by its id, or by the end of one. */
  readonly findEvent: (id: string) => Promise<EventId | undefined>;
}

/** Who says it where nobody gave a name. */
const OPERATOR = 'operator';

/** What generals have in hand, on every node of the org, and what people tell them. Orders are records: whichever node has it heeds them. */
export class SessionDesk {
  readonly #parts: SessionsParts;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
  }

  /** Those of the oldest event first. */
  async list({ limit, general }: SessionsQuery & { readonly limit: number }): Promise<SessionLine[]> {
    const lines: SessionLine[] = [];
    for (const eventId of await openEvents(this.#parts.tables)) {
      if (lines.length >= limit) break;
      const all = this.#linesOf(await loadStory(eventId, this.#parts));
      lines.push(...all.filter((line) => general === undefined || line.general === general));
    }
    return lines.slice(0, limit);
  }

  /** @throws MeshError `not-found`, `usage` where several are meant */
  async show({ id, slot }: SessionQuery): Promise<SessionView> {
    const story = await this.#find(id);
    const lines = this.#linesOf(story).filter((line) => slot === undefined || line.slot === slot);
    const [line, ...more] = lines;
    if (line === undefined) throw notFound(id, slot);
    if (more.length > 0) {
      throw new MeshError('usage', { problem: `name one of its slots: ${lines.map((each) => each.slot).join(', ')}` });
    }
    const { tables } = this.#parts;
    const conversation = getRow(tables, 'conversations', line.subject);
    const textHash = getRow(tables, 'agent_rows', tableKey('conversations', line.subject))?.textHash ?? '';
    return {
      ...line,
      words: ordersFor(line, tables).said.map(({ at, by, text }) => ({ at, by, text })),
      ...(conversation && {
        conversation: { status: conversation.status, updatedAt: conversation.updated_at, textHash },
      }),
    };
  }

  /** Resolves once it is on disk. @throws MeshError `not-found` */
  async order({ id, slot, order, text, by = OPERATOR }: SessionOrderRequest): Promise<SessionOrdered> {
    const { journal, runtime } = this.#parts;
    const story = await this.#find(id);
    const tasks = story.tasks.filter((task) => !isEnded(task) && (slot === undefined || task.slot === slot));
    if (tasks.length === 0) throw notFound(id, slot);
    const word = { order, by, at: Math.max(0, Math.round(runtime.wall())), ...(text !== undefined && { text }) };
    const { eventId } = story;
    const records = tasks.flatMap((task) => orderRecords({ eventId, slot: task.slot, round: task.round }, word));
    await Promise.all(records.map((record) => journal.append(record)));
    return { order, eventId, slots: tasks.map((task) => task.slot) };
  }

  #linesOf(story: Story): SessionLine[] {
    const lines = taskLines(story);
    return story.tasks.flatMap((task) => {
      const line = lines.find((each) => each.slot === task.slot);
      return line === undefined || !isInHand(task) ? [] : [this.#lineOf(task, line)];
    });
  }

  #lineOf({ slot }: Task, line: ReturnType<typeof taskLines>[number]): SessionLine {
    const { eventId, general, kind, subject, attempts, since, node } = line;
    const { tables } = this.#parts;
    const row = getRow(tables, 'sessions', tableKey(eventId, slot));
    const { state, by, said } = ordersFor({ eventId, slot }, tables);
    return {
      ...{ eventId, slot, general, kind, subject, attempts, since, said: said.length },
      state: state === 'go' ? line.state : state,
      ...(state !== 'go' && { by }),
      ...(row && { step: row.step, turn: row.turn, sessionId: row.sessionId }),
      ...(node !== undefined && { node }),
    };
  }

  async #find(id: string): Promise<Story> {
    const known = (await this.#parts.findEvent(id)) ?? (await this.#ofSession(id));
    if (known === undefined) throw notFound(id);
    return loadStory(known, this.#parts);
  }

  async #ofSession(id: string): Promise<EventId | undefined> {
    const rows = await rangeRows(this.#parts.tables, 'sessions');
    const row = rows.find(([, { sessionId }]) => sessionId === id)?.[1];
    return row && EventIdSchema.parse(row.eventId);
  }
}

/** A general took it, and it has not ended. */
function isInHand({ state }: Task): boolean {
  return state === 'accepted' || state === 'running' || state === 'failed';
}

function notFound(id: string, slot?: string): MeshError {
  return new MeshError('not-found', { what: 'session of', id: slot === undefined ? id : `${id} ${slot}` });
}
