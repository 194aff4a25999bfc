import { compareText } from '../../protocols/ids.ts';
import { tableKey } from '../ports/tables.ts';
import { isNewer } from './project-nodes.ts';
import { byType, type EntryOf, type Projection, put, type RowReader } from './projection.ts';
import type { Row } from './rows.ts';

/** What nodes meant to do outside the mesh, and what is said to be there (E2). */
export const EFFECTS: Projection = {
  name: 'effects',
  version: 2,
  tables: ['effects'],
  project: byType({
    intended: (entry, rows) => {
      const { position, record } = entry;
      const row = rowOf(entry, rows);
      const by = [...new Set([...row.by, position.origin])].sort(compareText);
      return [put('effects', keyOf(record), { ...row, by, intents: row.intents + 1, at: Math.max(row.at, record.at) })];
    },
    effect: (entry, rows) => {
      const { position, record } = entry;
      const { at, ref } = record;
      const row = rowOf(entry, rows);
      const done = isNewer(position, at, row.done) ? { ...position, at, ref } : row.done;
      // Also an older word on it may know the target that counts.
      return [put('effects', keyOf(record), { ...row, ...(done && { done }) })];
    },
  }),
};

function rowOf({ record }: EntryOf<'intended'> | EntryOf<'effect'>, rows: RowReader): Row<'effects'> {
  const { eventId, slot, key, kind, target } = record;
  const known = rows.get('effects', keyOf(record));
  if (known === undefined) return { eventId, slot, key, kind, target, at: 0, intents: 0, by: [] };
  return { ...known, target: chosen(known.target, target) };
}

/** Two copies of one event may differ in their time, and with it what was aimed at: every node chooses the same (the earlier one). */
function chosen(a: Target, b: Target): Target {
  return compareText(JSON.stringify(a), JSON.stringify(b)) <= 0 ? a : b;
}

type Target = Row<'effects'>['target'];

function keyOf({ eventId, slot, key }: Pick<Row<'effects'>, 'eventId' | 'slot' | 'key'>): string {
  return tableKey(eventId, slot, key);
}
