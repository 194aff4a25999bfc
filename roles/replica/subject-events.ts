import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import { newestFirst, type Tables, tableKey } from '../ports/tables.ts';
import { getRow, rangeRows } from './rows.ts';
import { loadStory, type StoryParts } from './stories.ts';

/** The events of one subject that are not settled, as far as they are here. */
export async function openEventsOf(subject: string, tables: Tables): Promise<EventId[]> {
  const ids = (await tables.range('open')).map(([key]) => EventIdSchema.parse(key));
  return ids.filter((id) => {
    const known = getRow(tables, 'ids', id);
    return known !== undefined && getRow(tables, 'events', tableKey(newestFirst(known.at), id))?.subject === subject;
  });
}

/** So many of the newest events of the node are looked through. */
const LOOKED_THROUGH = 1_000;

/** The newest head of a pull request that an event told of; a comment on it does not. */
export async function newestHeadOf(subject: string, parts: StoryParts): Promise<string | undefined> {
  for (const [, line] of await rangeRows(parts.tables, 'events', { limit: LOOKED_THROUGH })) {
    if (line.subject !== subject) continue;
    const { event } = await loadStory(line.eventId, parts);
    if (event?.data.pullRequest !== undefined) return event.data.pullRequest.head.sha;
  }
  return undefined;
}
