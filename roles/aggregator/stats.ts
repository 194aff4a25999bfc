import type { IngestStats } from '../ports/ingest.ts';
import type { Tables } from '../ports/tables.ts';
import { COUNTERS, readCount } from '../replica/project-events.ts';
import { rangeRows } from '../replica/rows.ts';

const RECENT = 10;
const KIND_PREFIX = COUNTERS.kind('');

/** Reads what the projections counted. @param deliveries copied, because the caller counts on */
export async function readStats(tables: Tables, deliveries: IngestStats['deliveries']): Promise<IngestStats> {
  const kinds = await countedKinds(tables);
  const recent = await rangeRows(tables, 'events', { limit: RECENT });
  return {
    total_events: readCount(tables, COUNTERS.events),
    event_types: Object.fromEntries([...kinds].map((kind) => [kind, readCount(tables, COUNTERS.kind(kind))])),
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

async function countedKinds(tables: Tables): Promise<ReadonlySet<string>> {
  const prefixes = [KIND_PREFIX, COUNTERS.cut(KIND_PREFIX)];
  const rows = await Promise.all(prefixes.map((prefix) => rangeRows(tables, 'counters', { prefix })));
  return new Set(rows.flatMap((each, i) => each.map(([key]) => key.slice(prefixes[i]?.length))));
}
