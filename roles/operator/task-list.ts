import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import type { TaskLine, TasksQuery } from '../../protocols/operator.ts';
import type { Journal } from '../ports/journal.ts';
import type { Tables } from '../ports/tables.ts';
import { getRow } from '../replica/rows.ts';
import { loadStory } from '../replica/stories.ts';
import { isOpenLine, taskLines } from './task-lines.ts';

export interface TaskListParts {
  readonly journal: Journal;
  readonly tables: Tables;
}

export type TasksFilter = TasksQuery & { readonly limit: number };

/** So many open events are looked at: beyond it whoever asks should filter by an event. */
const LOOKED_AT = 10_000;

/**
 * The tasks of every event of the org that is not settled, those of the oldest event first. Without a state only those that
 * have not ended.
 */
export async function listTasks({ limit, state, general }: TasksFilter, parts: TaskListParts): Promise<TaskLine[]> {
  const lines: TaskLine[] = [];
  for (const eventId of await openEvents(parts.tables)) {
    if (lines.length >= limit) break;
    const all = taskLines(await loadStory(eventId, parts));
    const wanted = all.filter((line) => (state === undefined ? isOpenLine(line) : line.state === state));
    lines.push(...wanted.filter((line) => general === undefined || line.general === general));
  }
  return lines.slice(0, limit);
}

/** The oldest first. */
export async function openEvents(tables: Tables): Promise<EventId[]> {
  const rows = await tables.range('open', { limit: LOOKED_AT });
  const events = rows.map(([key]) => ({ id: EventIdSchema.parse(key), at: getRow(tables, 'ids', key)?.at ?? 0 }));
  return events.sort((a, b) => a.at - b.at).map(({ id }) => id);
}
