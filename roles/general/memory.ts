import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { Journal } from '../ports/journal.ts';
import type { Tables } from '../ports/tables.ts';
import { getRow } from '../replica/rows.ts';
import { loadFacts } from '../replica/stories.ts';

/** What the same general said before about the same subject. */
export interface Remembered {
  readonly eventId: EventId;
  readonly kind: string;
  /** Wall-clock milliseconds. */
  readonly at: number;
  readonly summary: string;
  readonly findings: readonly string[];
}

export interface MemoryParts {
  readonly journal: Journal;
  readonly tables: Tables;
}

/** So many of the newest events of the node are looked through; a subject that was quiet for longer begins anew. */
const LOOKED_THROUGH = 500;
const MOST_REMEMBERED = 3;
const SUMMARY_CHARS = 1_000;

/** The newest answers of a slot to other events of a subject, the oldest first; they are records, so that every node has them. */
export async function remember(
  of: { readonly eventId: EventId; readonly slot: SlotId; readonly subject: string },
  parts: MemoryParts,
): Promise<readonly Remembered[]> {
  const found: Remembered[] = [];
  for (const [key, raw] of await parts.tables.range('events', { limit: LOOKED_THROUGH })) {
    // Of hundreds of rows a few are of use: only these are decoded.
    const row = isAbout(raw, of.subject) ? getRow(parts.tables, 'events', key) : undefined;
    if (row === undefined || row.eventId === of.eventId) continue;
    const [fact] = await loadFacts(row.eventId, parts, ['done', of.slot]);
    if (fact?.record.type !== 'done') continue;
    const { summary, findings } = fact.record.result.answer;
    const titles = findings.map(({ severity, title }) => `${severity}: ${title}`);
    const { eventId, kind, at } = row;
    found.unshift({ eventId, kind, at, summary: summary.slice(0, SUMMARY_CHARS), findings: titles.slice(0, 10) });
    if (found.length === MOST_REMEMBERED) break;
  }
  return found;
}

function isAbout(row: unknown, subject: string): boolean {
  return typeof row === 'object' && row !== null && 'subject' in row && row.subject === subject;
}
