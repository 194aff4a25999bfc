import type { UsageRecord } from '../../protocols/agent-records.ts';
import { type TableOp, type Tables, tableKey } from '../ports/tables.ts';
import { byType, type Projection, put, type RowReader, remove } from './projection.ts';
import { getRow, type Row } from './rows.ts';

/**
 * What models took, added up: by day, general, repository and model for people, by day and purse for budgets. Sums do not mind
 * the order of logs. What records below a floor took lies in rows of its own, which a rebuild leaves (L5).
 */
export const USAGE: Projection = {
  name: 'usage',
  version: 1,
  tables: ['usage', 'spent'],
  keeps: (_table, key) => key.startsWith(tableKey(CUT, '')),
  project: byType({ usage: ({ record }, rows) => opsOf([record], { where: HELD, sign: 1 }, rows) }),
};

/** Its records are in the logs of this node. */
const HELD = 'held';
/** They lie below a floor by now. */
const CUT = 'cut';
export const USAGE_PARTS = [HELD, CUT] as const;

/** The day of UTC that a record counts for: `2026-11-21`. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Key of a row of `usage`: the parts after the first are in this order. */
export const USAGE_KEY = ['day', 'general', 'repository', 'provider', 'model', 'modelClass'] as const;

/** What the organisation spent from a purse on the day that `today` says, as far as records of it are here. */
export function spentOn(tables: Pick<Tables, 'get'>, today: () => string) {
  return ({ scope, name }: { readonly scope: string; readonly name: string }): Row<'spent'> => {
    const day = today();
    return USAGE_PARTS.map((where) => getRow(tables, 'spent', tableKey(where, day, scope, name))).reduce<Row<'spent'>>(
      (sum, row) => ({ nanoUsd: sum.nanoUsd + (row?.nanoUsd ?? 0), tokens: sum.tokens + (row?.tokens ?? 0) }),
      { nanoUsd: 0, tokens: 0 },
    );
  };
}

/** The rows that change when these records are dropped below a floor: nothing is forgotten of what they took. */
export function cutUsage(records: readonly UsageRecord[], rows: RowReader): readonly TableOp[] {
  return [...opsOf(records, { where: HELD, sign: -1 }, rows), ...opsOf(records, { where: CUT, sign: 1 }, rows)];
}

interface How {
  readonly where: string;
  readonly sign: 1 | -1;
}

function opsOf(records: readonly UsageRecord[], { where, sign }: How, rows: RowReader): readonly TableOp[] {
  const usage = new Map<string, Row<'usage'>>();
  const spent = new Map<string, Row<'spent'>>();
  for (const record of records) {
    const { at, general, repository, provider, model, modelClass } = record;
    const day = dayOf(at);
    const key = tableKey(where, day, general, repository, provider, model, modelClass);
    usage.set(key, sumOf(usage.get(key) ?? rows.get('usage', key), rowOf(record), sign));
    for (const [scope, name] of pursesOf(record)) {
      const purse = tableKey(where, day, scope, name);
      spent.set(purse, sumOf(spent.get(purse) ?? rows.get('spent', purse), amountOf(record), sign));
    }
  }
  return [
    ...[...usage].map(([key, row]) => (row.calls === 0 ? remove('usage', key) : put('usage', key, row))),
    ...[...spent].map(([key, row]) =>
      row.tokens === 0 && row.nanoUsd === 0 ? remove('spent', key) : put('spent', key, row),
    ),
  ];
}

function pursesOf({ general, repository }: UsageRecord): readonly (readonly [scope: string, name: string])[] {
  const ofRepository = repository === '' ? [] : [['repository', repository] as const];
  return [['day', ''], ['general', general], ...ofRepository];
}

function rowOf({ promptTokens, completionTokens, costNanoUsd }: UsageRecord): Row<'usage'> {
  return { calls: 1, promptTokens, completionTokens, costNanoUsd };
}

function amountOf({ promptTokens, completionTokens, costNanoUsd }: UsageRecord): Row<'spent'> {
  return { nanoUsd: costNanoUsd, tokens: promptTokens + completionTokens };
}

function sumOf<R extends Readonly<Record<string, number>>>(before: R | undefined, by: R, sign: 1 | -1): R {
  const summed = Object.entries(by).map(([name, value]) => [name, (before?.[name] ?? 0) + sign * value]);
  // The same names with other numbers.
  return Object.fromEntries(summed) as R;
}
