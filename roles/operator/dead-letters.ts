import { MeshError } from '../../protocols/errors.ts';
import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { DeadLetter, DeadLetterChange, DeadLettersQuery } from '../../protocols/operator.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import { KEY_SEPARATOR, type Tables } from '../ports/tables.ts';
import { isListed } from '../replica/project-ends.ts';
import { rangeRows } from '../replica/rows.ts';
import { loadStory } from '../replica/stories.ts';
import type { Story, Task } from '../replica/story.ts';
import { deadLetterOf, deadTasks } from './task-lines.ts';

export interface DeadLettersParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'wall'>;
  /** An event by its id, or by the end of one. */
  readonly findEvent: (id: string) => Promise<EventId | undefined>;
}

export type DeadLettersFilter = DeadLettersQuery & { readonly limit: number };

/**
 * Slots that were given up (W4), of the whole org, and what an operator does about them. Both answers are records: whoever owns
 * the event acts upon them, on whichever node they were written.
 */
export class DeadLetters {
  readonly #parts: DeadLettersParts;

  constructor(parts: DeadLettersParts) {
    this.#parts = parts;
  }

  /** The newest first. */
  async list({ limit, general }: DeadLettersFilter): Promise<DeadLetter[]> {
    const rows = (await rangeRows(this.#parts.tables, 'dead'))
      .filter(([, row]) => isListed(row))
      .sort(([, a], [, b]) => (b.letter?.at ?? 0) - (a.letter?.at ?? 0));
    const letters: DeadLetter[] = [];
    for (const [key] of rows) {
      if (letters.length >= limit) break;
      const [eventId, slot] = key.split(KEY_SEPARATOR);
      const story = await loadStory(EventIdSchema.parse(eventId), this.#parts);
      const [letter] = deadTasks(story, slot).flatMap((task) => deadLetterOf(story, task) ?? []);
      if (letter !== undefined && (general === undefined || letter.general === general)) letters.push(letter);
    }
    return letters;
  }

  /**
   * Tries them anew: the same event, the same slots, so that their effects stay the same ones, with all their attempts and all
   * their time. Resolves once it is on disk. @throws MeshError `not-found`
   */
  retry(id: string, slot?: string): Promise<DeadLetterChange> {
    return this.#answer(id, slot, ({ slot: each, round, attempts }) => {
      return { type: 'retried', slot: each, round: round + 1, attempts: attempts.length };
    });
  }

  /** Lists them no more. Resolves once it is on disk. @throws MeshError `not-found` */
  drop(id: string, slot?: string): Promise<DeadLetterChange> {
    return this.#answer(id, slot, ({ slot: each, round }) => ({ type: 'dropped', slot: each, round }));
  }

  async #answer(id: string, slot: string | undefined, say: (task: Task) => Answer): Promise<DeadLetterChange> {
    const story = await this.#find(id);
    const tasks = story === undefined ? [] : deadTasks(story, slot);
    if (story?.event === undefined || tasks.length === 0) {
      throw new MeshError('not-found', { what: 'dead letter of', id: slot === undefined ? id : `${id} ${slot}` });
    }
    const { journal, runtime } = this.#parts;
    const about = { v: WIRE_VERSION, at: Math.max(0, Math.round(runtime.wall())), eventId: story.eventId } as const;
    await Promise.all(tasks.map((task) => journal.append({ ...about, ...say(task) })));
    return { eventId: story.eventId, slots: tasks.map((task) => task.slot) };
  }

  /** A dead letter may be of an event that is long past: the end of its id is looked for among those too. */
  async #find(id: string): Promise<Story | undefined> {
    const { tables, findEvent } = this.#parts;
    const known = (await findEvent(id)) ?? (await this.#fitting(tables, id));
    return known && loadStory(known, this.#parts);
  }

  async #fitting(tables: Tables, id: string): Promise<EventId | undefined> {
    const ids = (await rangeRows(tables, 'dead')).map(([key]) => key.split(KEY_SEPARATOR)[0] ?? '');
    const fits = [...new Set(ids)].filter((each) => each.endsWith(id));
    return fits.length === 1 ? EventIdSchema.parse(fits[0]) : undefined;
  }
}

type Fields<T> = T extends unknown ? Omit<T, 'v' | 'at' | 'eventId'> : never;
type Answer = Fields<Extract<MeshRecord, { type: 'retried' | 'dropped' }>>;
