import { comparePositions, type EventId, type Position, type SlotId } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import { newestFirst, sortable, type TableOp, tableKey } from '../ports/tables.ts';
import { byType, type EntryOf, type Projection, positionKey, put, type RowReader, remove } from './projection.ts';
import { eventIdOfRecord } from './story.ts';

/** Where each record about an event lies: the way to its story. */
export const FACTS: Projection = {
  name: 'facts',
  version: 2,
  tables: ['facts'],
  project: ({ decoded, position }) => {
    if (!decoded.ok) return [];
    const eventId = eventIdOfRecord(decoded.record);
    if (eventId === undefined) return [];
    return [put('facts', factKey(eventId, decoded.record, position), true)];
  },
};

/** Key of the row that says where a record about an event lies. */
export function factKey(eventId: EventId, record: MeshRecord, { origin, epoch, seq }: Position): string {
  return tableKey(eventId, record.type, 'slot' in record ? record.slot : '', origin, epoch, sortable(seq));
}

/** The history of decisions, every revision of every owner. */
export const DISTRIBUTIONS: Projection = {
  name: 'distributions',
  version: 1,
  tables: ['distributions'],
  project: byType({
    distribution: ({ record, position }) => {
      const { eventId, at, kind, subject, revision, number, rule, strategy, priority } = record;
      const slots = record.slots.map(({ slot }) => slot);
      const waiting = record.waiting.map(({ general, cluster }) => (cluster ? `${general}@${cluster}` : general));
      const by = position.origin;
      const key = tableKey(newestFirst(at), eventId, positionKey(position));
      const row = { eventId, at, kind, subject, revision, number, rule, strategy, priority, slots, waiting, by };
      return [put('distributions', key, row)];
    },
  }),
};

/** The highest number given to an event of each subject: where its owner goes on counting (W2). */
export const SUBJECTS: Projection = {
  name: 'subjects',
  version: 1,
  tables: ['subjects'],
  // Numbers only grow: one that comes from below a floor is as true as ever.
  keeps: () => true,
  project: byType({
    distribution: ({ record: { subject, number } }, rows) =>
      number > (rows.get('subjects', subject) ?? -1) ? [put('subjects', subject, number)] : [],
  }),
};

/**
 * What this node accepted and has not ended (W3). Its own records are ordered by (epoch, seq); after a lost disk they come
 * back from peers epoch by epoch in any order, so the latest end is kept beside the latest acceptance.
 */
export const INBOX: Projection = {
  name: 'inbox',
  version: 2,
  tables: ['inbox', 'ended'],
  project: byType({
    accepted: takeIn,
    done: takeOut,
    failed: takeOut,
    'handed-back': takeOut,
    superseded: takeOut,
  }),
};

function takeIn({ record, position, mine }: EntryOf<'accepted'>, rows: RowReader): readonly TableOp[] {
  const { eventId, slot, at, general, subject, number, priority } = record;
  const key = tableKey(eventId, slot);
  if (!mine || !isHigher(position, rows.get('ended', key)) || !isHigher(position, rows.get('inbox', key))) return [];
  return [put('inbox', key, { ...position, at, eventId, slot, general, subject, number, priority })];
}

/** Any record about one slot of one event. */
interface Work {
  readonly record: { readonly eventId: EventId; readonly slot: SlotId };
}

function takeOut(
  { record, position, mine }: Pick<EntryOf<'done'>, 'position' | 'mine'> & Work,
  rows: RowReader,
): readonly TableOp[] {
  const key = tableKey(record.eventId, record.slot);
  if (!mine || !isHigher(position, rows.get('ended', key))) return [];
  const accepted = rows.get('inbox', key);
  const ended = put('ended', key, position);
  return accepted && isHigher(position, accepted) ? [ended, remove('inbox', key)] : [ended];
}

function isHigher(a: Position, b: Position | undefined): boolean {
  return b === undefined || comparePositions(a, b) > 0;
}
