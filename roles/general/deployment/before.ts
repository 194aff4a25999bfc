import type { MeshEvent } from '../../../protocols/event.ts';
import type { Journal } from '../../ports/journal.ts';
import type { Tables } from '../../ports/tables.ts';
import { getRow, rangeRows } from '../../replica/rows.ts';
import { endingOf } from './deployment-notice.ts';

export interface BeforeParts {
  readonly journal: Journal;
  readonly tables: Tables;
}

/** So many of the newest events are looked through. */
const LOOKED_THROUGH = 500;

/** How the deployment of another commit to the same environment before it ended, as far as events tell; undefined where none does. */
export async function endingBefore(event: MeshEvent, parts: BeforeParts): Promise<'done' | 'failed' | undefined> {
  const { deployment } = event.data;
  if (deployment === undefined) return undefined;
  for (const [, line] of await rangeRows(parts.tables, 'events', { limit: LOOKED_THROUGH })) {
    if (line.repository !== event.repository || !line.type.startsWith('com.github.deployment_status')) continue;
    const other = line.eventId === event.id ? undefined : await eventAt(line.eventId, parts);
    const ended = other?.data.deployment;
    if (ended === undefined || ended.environment !== deployment.environment || ended.sha === deployment.sha) continue;
    // Events arrive in any order.
    if (other !== undefined && other.time > event.time) continue;
    const ending = endingOf(ended);
    if (ending !== 'none') return ending;
  }
  return undefined;
}

async function eventAt(id: MeshEvent['id'], { journal, tables }: BeforeParts): Promise<MeshEvent | undefined> {
  const row = getRow(tables, 'ids', id);
  const decoded = row && (await journal.read(row));
  return decoded?.ok && decoded.record.type === 'event' ? decoded.record.event : undefined;
}
