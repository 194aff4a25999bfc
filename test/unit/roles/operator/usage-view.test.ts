import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsageRecord } from '../../../../protocols/agent-records.ts';
import { usageView } from '../../../../roles/operator/usage-view.ts';
import { Draft } from '../../../../roles/replica/draft.ts';
import { cutUsage } from '../../../../roles/replica/project-usage.ts';
import { usageRecord } from '../../../fakes/agent-records.ts';
import { UsageLog } from '../../../fakes/governed.ts';

const day = (text: string) => Date.parse(`${text}T12:00:00Z`);
const NOW = day('2026-11-21');
const figures = (calls: number, nanoUsd: number) => {
  return { calls, promptTokens: calls * 1_000, completionTokens: calls * 100, costNanoUsd: nanoUsd };
};

const RECORDS = [
  usageRecord(1, { at: day('2026-11-20') }),
  usageRecord(2, { at: day('2026-11-21'), general: 'developer-general', costNanoUsd: 1_234_567_891, model: 'opus' }),
  usageRecord(3, { at: day('2026-11-21'), repository: '' }),
  usageRecord(4, { at: day('2026-09-01'), general: 'triage-general' }),
];

/** A log of which the first records lie below the floor already. */
async function tablesWith(records: readonly UsageRecord[], cut: number) {
  const log = new UsageLog();
  for (const record of records) await log.append(record);
  const draft = new Draft(log.disk);
  draft.apply(cutUsage(records.slice(0, cut), draft));
  await log.disk.commit({ batches: [], ops: draft.ops() });
  return log.tables;
}

const VIEWS = [
  {
    by: 'general',
    lines: [
      { name: 'developer-general', ...figures(1, 1_234_567_891) },
      { name: 'security-general', ...figures(2, 420_000) },
    ],
  },
  {
    by: 'day',
    lines: [
      { name: '2026-11-21', ...figures(2, 1_234_777_891) },
      { name: '2026-11-20', ...figures(1, 210_000) },
    ],
  },
  {
    by: 'repository',
    lines: [
      { name: 'acme/app', ...figures(2, 1_234_777_891) },
      { name: '', ...figures(1, 210_000) },
    ],
  },
  {
    by: 'model',
    lines: [
      { name: 'openai/opus', ...figures(1, 1_234_567_891) },
      { name: 'openai/gpt-4o-mini', ...figures(2, 420_000) },
    ],
  },
] as const;
for (const { by, lines } of VIEWS) {
  for (const cut of [0, 1, 3]) {
    test(`operator / usage / by ${by}, with ${cut} records below the floor`, async () => {
      const view = await usageView({ by, now: NOW }, await tablesWith(RECORDS, cut));
      assert.deepEqual(view, { by, since: '2026-10-23', lines, total: figures(3, 1_234_987_891) });
    });
  }
}

test('operator / usage / a day on which it begins is counted, what lies before is not', async () => {
  const tables = await tablesWith(RECORDS, 2);
  const namesSince = async (since: string) => {
    const { lines } = await usageView({ by: 'day', since, now: NOW }, tables);
    return lines.map(({ name }) => name);
  };
  assert.deepEqual(await namesSince('2026-11-21'), ['2026-11-21']);
  assert.deepEqual(await namesSince('2026-11-22'), []);
  assert.deepEqual(await namesSince('2026-09-01'), ['2026-11-21', '2026-11-20', '2026-09-01']);
});

test('operator / usage / nothing was asked yet', async () => {
  const view = await usageView({ by: 'model', now: NOW }, await tablesWith([], 0));
  assert.deepEqual([view.lines, view.total.calls], [[], 0]);
});
