import { comparePositions, type Position } from '../../protocols/ids.ts';
import { type TableOp, tableKey } from '../ports/tables.ts';
import { byType, type EntryOf, type Projection, put, type RowReader, remove } from './projection.ts';
import type { Row } from './rows.ts';

type RunEntry = EntryOf<'run-requested'> | EntryOf<'run-admitted'> | EntryOf<'run-ended'>;
type Stage = Pick<Row<'runs'>, 'requested' | 'admitted' | 'ended'>;

/** Which runs there are and how far each has come. Of several attempts the highest counts, of several records of one stage the oldest. */
export const RUNS: Projection = {
  name: 'runs',
  version: 1,
  tables: ['runs', 'openRuns'],
  project: byType({
    'run-requested': (entry, rows) => {
      const { kind, repository, branches, cluster } = entry.record;
      return advance(entry, rows, { requested: { ...when(entry), kind, repository, branches, cluster } });
    },
    'run-admitted': (entry, rows) => advance(entry, rows, { admitted: when(entry) }),
    'run-ended': (entry, rows) => advance(entry, rows, { ended: { ...when(entry), outcome: entry.record.outcome } }),
  }),
};

function advance({ record }: RunEntry, rows: RowReader, news: Stage): readonly TableOp[] {
  const { eventId, slot, attempt } = record;
  const key = tableKey(eventId, slot);
  const known = rows.get('runs', key);
  if (known !== undefined && known.attempt > attempt) return [];
  const before: Stage = known?.attempt === attempt ? known : {};
  const [requested, admitted, ended] = [
    older(before.requested, news.requested),
    older(before.admitted, news.admitted),
    older(before.ended, news.ended),
  ];
  const row = {
    eventId,
    slot,
    attempt,
    ...(requested && { requested }),
    ...(admitted && { admitted }),
    ...(ended && { ended }),
  };
  const isOpen = requested !== undefined && ended === undefined;
  return [put('runs', key, row), isOpen ? put('openRuns', key, true) : remove('openRuns', key)];
}

interface When extends Position {
  readonly at: number;
}

function when({ position, record }: RunEntry): When {
  return { ...position, at: record.at };
}

function older<T extends When>(a: T | undefined, b: T | undefined): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return (a.at - b.at || comparePositions(a, b)) <= 0 ? a : b;
}
