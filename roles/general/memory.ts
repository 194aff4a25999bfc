import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { Journal } from '../ports/journal.ts';
import type { Tables } from '../ports/tables.ts';
import { rangeRows } from '../replica/rows.ts';
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
  const lines = await rangeRows(parts.tables, 'events', { limit: LOOKED_THROUGH });
  const found: Remembered[] = [];
  for (const [, { eventId, subject, kind, at }] of lines) {
    if (subject !== of.subject || eventId === of.eventId || found.length >= MOST_REMEMBERED) continue;
    const [fact] = await loadFacts(eventId, parts, ['done', of.slot]);
    if (fact?.record.type !== 'done') continue;
    const { summary, findings } = fact.record.result.answer;
    const titles = findings.map(({ severity, title }) => `${severity}: ${title}`);
    found.unshift({ eventId, kind, at, summary: summary.slice(0, SUMMARY_CHARS), findings: titles.slice(0, 10) });
  }
  return found;
}
