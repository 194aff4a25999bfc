import type { IngestStats } from '../ports/ingest.ts';
import type { Tables } from '../ports/tables.ts';
import { COUNTERS } from '../replica/project-events.ts';
import { getRow, rangeRows } from '../replica/rows.ts';

const RECENT = 10;
const KIND_PREFIX = COUNTERS.kind('');

/** Reads what the projections counted. @param deliveries copied, because the caller counts on */
export async function readStats(tables: Tables, deliveries: IngestStats['deliveries']): Promise<IngestStats> {
  const kinds = await rangeRows(tables, 'counters', { prefix: KIND_PREFIX });
  const recent = await rangeRows(tables, 'events', { limit: RECENT });
  return {
    total_events: getRow(tables, 'counters', COUNTERS.events) ?? 0,
    event_types: Object.fromEntries(kinds.map(([key, count]) => [key.slice(KIND_PREFIX.length), count])),
    recent_events: recent.map(([, { eventId, at, kind, type, subject, repository, actor }]) => ({
      id: eventId,
      at,
      kind,
      type,
      subject,
      repository,
      actor,
    })),
    deliveries: { ...deliveries },
  };
}
