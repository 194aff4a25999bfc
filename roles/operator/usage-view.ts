import type { UsageGroup, UsageLine, UsageView } from '../../protocols/usage-view.ts';
import { KEY_SEPARATOR, type Tables, tableKey } from '../ports/tables.ts';
import { dayOf, USAGE_KEY, USAGE_PARTS } from '../replica/project-usage.ts';
import { type Row, rangeRows } from '../replica/rows.ts';

const DAY_MS = 86_400_000;
const DAYS = 30;

export interface UsageQuestion {
  readonly by: UsageGroup;
  /** A day of UTC; default: thirty days with today. */
  readonly since?: string | undefined;
  /** Wall-clock milliseconds. */
  readonly now: number;
}

/** What models took, as far as this node has heard of it. */
export async function usageView({ by, since, now }: UsageQuestion, tables: Tables): Promise<UsageView> {
  const first = since ?? dayOf(Math.max(0, now - (DAYS - 1) * DAY_MS));
  const lines = new Map<string, UsageLine>();
  let total: Row<'usage'> = { calls: 0, promptTokens: 0, completionTokens: 0, costNanoUsd: 0 };
  for (const where of USAGE_PARTS) {
    for (const [key, row] of await rangeRows(tables, 'usage', {
      prefix: tableKey(where, ''),
      after: before(where, first),
    })) {
      const name = nameOf(key, by);
      lines.set(name, { name, ...sum(row, lines.get(name)) });
      total = sum(row, total);
    }
  }
  return { by, since: first, lines: [...lines.values()].sort(by === 'day' ? newestFirst : dearestFirst), total };
}

/** No key lies between this one and those of the day. */
function before(where: string, day: string): string {
  return tableKey(where, day);
}

function nameOf(key: string, by: UsageGroup): string {
  const parts = key.split(KEY_SEPARATOR).slice(1);
  const part = (name: (typeof USAGE_KEY)[number]) => parts[USAGE_KEY.indexOf(name)] ?? '';
  return by === 'model' ? `${part('provider')}/${part('model')}` : part(by);
}

function sum(row: Row<'usage'>, before: Row<'usage'> | undefined): Row<'usage'> {
  return {
    calls: row.calls + (before?.calls ?? 0),
    promptTokens: row.promptTokens + (before?.promptTokens ?? 0),
    completionTokens: row.completionTokens + (before?.completionTokens ?? 0),
    costNanoUsd: row.costNanoUsd + (before?.costNanoUsd ?? 0),
  };
}

function newestFirst(a: UsageLine, b: UsageLine): number {
  return a.name < b.name ? 1 : -1;
}

function dearestFirst(a: UsageLine, b: UsageLine): number {
  const tokens = (line: UsageLine) => line.promptTokens + line.completionTokens;
  return b.costNanoUsd - a.costNanoUsd || tokens(b) - tokens(a) || (a.name < b.name ? -1 : 1);
}
