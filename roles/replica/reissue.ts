import { EventIdSchema, type LogId, logKey, type Position } from '../../protocols/ids.ts';
import { encodeRecord } from '../../protocols/record.ts';
import type { Journal } from '../ports/journal.ts';
import type { Tables } from '../ports/tables.ts';
import { loadFacts } from './stories.ts';
import type { Fact } from './story.ts';

export interface ReissueParts {
  readonly journal: Journal;
  readonly tables: Tables;
  /** Told where each record lies now, also of what was written anew before. */
  readonly moved: (from: Position, to: Position) => void;
}

/** Events that are read at once. */
const PAGE = 256;

/**
 * Writes what one of our own logs says of open events anew, into the log of now: others may hold another version of it and take no
 * more (L2), and what was acknowledged must not stay with us alone. The same record twice is one fact, so doing it again does no
 * harm, and what was written anew before is left out.
 * @returns how many records were written
 */
export async function reissue(log: LogId, parts: ReissueParts): Promise<number> {
  let written = 0;
  for (let after = ''; ; ) {
    const rows = await parts.tables.range('open', { after, limit: PAGE });
    for (const [key] of rows) written += await reissueEvent(key, log, parts);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return written;
    [after] = last;
  }
}

async function reissueEvent(key: string, log: LogId, { journal, tables, moved }: ReissueParts): Promise<number> {
  const facts = await loadFacts(EventIdSchema.parse(key), { journal, tables });
  const isLost = ({ position }: Fact) => logKey(position) === logKey(log);
  const kept = new Map(facts.filter((fact) => !isLost(fact)).map((fact) => [contentOf(fact), fact.position]));
  let written = 0;
  // In their order: an end must not come before its beginning.
  for (const fact of facts.filter(isLost).sort((a, b) => a.position.seq - b.position.seq)) {
    const known = kept.get(contentOf(fact));
    if (known === undefined) written += 1;
    moved(fact.position, known ?? (await journal.append(fact.record)));
  }
  return written;
}

function contentOf({ record }: Fact): string {
  return Buffer.from(encodeRecord(record)).toString('latin1');
}
