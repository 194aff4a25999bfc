import { runIdOf } from '../../protocols/run.ts';
import type { OpenRun } from '../policy/run-order.ts';
import type { Tables } from '../ports/tables.ts';
import { getRow, type Row, rangeRows } from './rows.ts';

/** A run that was asked for and has not ended, with what people want to know of it. */
export interface KnownRun extends OpenRun, Pick<Row<'runs'>, 'eventId' | 'slot' | 'attempt'> {
  readonly kind: NonNullable<Row<'runs'>['requested']>['kind'];
  /** Home of the repository. */
  readonly cluster: string;
  /** Wall clock, milliseconds; absent while it waits. */
  readonly admittedAt?: number;
}

export async function loadOpenRuns(tables: Tables): Promise<KnownRun[]> {
  const open = await rangeRows(tables, 'openRuns');
  return open.flatMap(([key]) => knownRun(getRow(tables, 'runs', key)) ?? []);
}

function knownRun(row: Row<'runs'> | undefined): KnownRun | undefined {
  if (row?.requested === undefined) return undefined;
  const { eventId, slot, attempt, requested, admitted } = row;
  const { at, kind, repository, branches, cluster } = requested;
  return {
    run: runIdOf(eventId, slot),
    ...{ eventId, slot, attempt, kind, repository, branches, cluster },
    requestedAt: at,
    isAdmitted: admitted !== undefined,
    ...(admitted && { admittedAt: admitted.at }),
  };
}
