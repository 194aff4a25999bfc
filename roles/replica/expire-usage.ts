import { KEY_SEPARATOR, tableKey } from '../ports/tables.ts';
import type { ExpireParts } from './expire.ts';
import { dayOf, USAGE_PARTS } from './project-usage.ts';
import { remove } from './projection.ts';

/** A year and a month: the same month of last year is still there to compare. Longer only where records themselves are kept longer. */
const KEPT_MS = 400 * 86_400_000;
const PAGE = 512;

/** Forgets what models took on days long gone. @param cutoff what ended before is old, wall-clock milliseconds */
export async function expireUsage(cutoff: number, now: number, { tables, replica }: ExpireParts): Promise<void> {
  const first = dayOf(Math.max(0, Math.min(cutoff, now - KEPT_MS)));
  for (const table of ['usage', 'spent'] as const) {
    for (const where of USAGE_PARTS) {
      for (let isMore = true; isMore; ) {
        const rows = await tables.range(table, { prefix: tableKey(where, ''), limit: PAGE });
        const gone = rows.filter(([key]) => (key.split(KEY_SEPARATOR)[1] ?? '') < first);
        if (gone.length > 0) await replica.note(gone.map(([key]) => remove(table, key)));
        isMore = gone.length === PAGE;
      }
    }
  }
}
