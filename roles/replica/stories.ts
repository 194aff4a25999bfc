import { EpochSchema, type EventId, PeerIdSchema, type Position, type SlotId } from '../../protocols/ids.ts';
import type { RecordType } from '../../protocols/record.ts';
import type { Journal } from '../ports/journal.ts';
import { KEY_SEPARATOR, type Tables, tableKey } from '../ports/tables.ts';
import { foldStory } from './fold-story.ts';
import type { Fact, Story } from './story.ts';

export interface StoryParts {
  readonly journal: Journal;
  readonly tables: Tables;
}

/** Everything this node's logs say about one event; a story without an event when it is unknown. */
export async function loadStory(eventId: EventId, parts: StoryParts): Promise<Story> {
  return foldStory(eventId, await loadFacts(eventId, parts));
}

/** The records a story is folded from, for those who go on adding to them; only those of a type and slot if `within` says so. */
export async function loadFacts(
  eventId: EventId,
  { journal, tables }: StoryParts,
  within: readonly [] | readonly [RecordType, SlotId] = [],
): Promise<Fact[]> {
  const rows = await tables.range('facts', { prefix: tableKey(eventId, ...within, '') });
  const facts = await Promise.all(rows.map(([key]) => loadFact(positionOfFact(key), journal)));
  return facts.filter((fact) => fact !== undefined);
}

async function loadFact(position: Position, journal: Journal): Promise<Fact | undefined> {
  const decoded = await journal.read(position);
  return decoded?.ok ? { position, record: decoded.record } : undefined;
}

/** The last three parts of a key of the table `facts`. */
function positionOfFact(key: string): Position {
  const [origin, epoch, seq] = key.split(KEY_SEPARATOR).slice(-3);
  return { origin: PeerIdSchema.parse(origin), epoch: EpochSchema.parse(epoch), seq: Number(seq) };
}
