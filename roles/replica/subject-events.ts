import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import { newestFirst, type Tables, tableKey } from '../ports/tables.ts';
import { getRow } from './rows.ts';

/** The events of one subject that are not settled, as far as they are here. */
export async function openEventsOf(subject: string, tables: Tables): Promise<EventId[]> {
  const ids = (await tables.range('open')).map(([key]) => EventIdSchema.parse(key));
  return ids.filter((id) => {
    const known = getRow(tables, 'ids', id);
    return known !== undefined && getRow(tables, 'events', tableKey(newestFirst(known.at), id))?.subject === subject;
  });
}
