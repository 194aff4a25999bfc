import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../../../protocols/errors.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { dayOf, spentOn } from '../../../../roles/replica/project-usage.ts';
import { recordsOn } from '../../../fakes/general-node.ts';
import { choiceOf, FakeProvider, governed, saying, spenderOf } from '../../../fakes/governed.ts';
import { settled } from '../../../fakes/manual-runtime.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const COUNTS = { promptTokens: 80, completionTokens: 20, cachedTokens: 0 };
const asked = {
  messages: [{ role: 'user', text: 'Hm?' }],
  modelClass: 'small',
  signal: new AbortController().signal,
} as const;

async function overRealLog(budget?: number) {
  const node = await startedNode('a');
  const { replica: journal, disk: tables, runtime } = node;
  const provider = new FakeProvider(() => saying('done', COUNTS));
  const budgets = budget === undefined ? {} : { day: { tokens: budget } };
  const { model } = governed({ small: [choiceOf('p')], providers: { p: provider }, budgets, journal, tables, runtime });
  return { ...node, model, provider };
}

test('models / log / what a call took survives the power going once the next call of its session has begun', async () => {
  const { model, provider, disk } = await overRealLog();
  const spender = spenderOf();
  await model.turn({ ...asked, spender });
  let atSecond: readonly unknown[] = [];
  provider.complete = async () => {
    atSecond = (await recordsOn(disk.crash())).filter(({ type }) => type === 'usage');
    return { reading: { ok: true, text: 'done', calls: [] } };
  };
  await model.turn({ ...asked, spender });
  assert.equal(atSecond.length, 1);
});

test('models / log / over the real log, too, no order of calls passes the limit, and all of it can be spent', async () => {
  const { model, disk, runtime } = await overRealLog(2_000);
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      const spender = spenderOf({ eventId: eventIdOf('github', String(i)) });
      return model.turn({ ...asked, spender }).then(
        () => 'answered',
        (error: unknown) => (hasCode(error, 'budget-exceeded') ? 'refused' : String(error)),
      );
    }),
  );
  await settled();
  const spent = spentOn(disk, () => dayOf(runtime.wall()))({ scope: 'day', name: '' });
  const answered = outcomes.filter((outcome) => outcome === 'answered').length;
  assert.equal(spent.tokens, answered * 100);
  assert.ok(spent.tokens <= 2_000);
  // What one call may take at most is still left, and no whole call more.
  assert.ok(spent.tokens > 2_000 - 100 - 200, `${spent.tokens}`);
  assert.deepEqual([...new Set(outcomes)].sort(), ['answered', 'refused']);
});
