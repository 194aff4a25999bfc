import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../../../protocols/errors.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { NOTHING, promptTokensAtMost } from '../../../../roles/models/cost.ts';
import { Spending } from '../../../../roles/models/spending.ts';
import { choiceOf, FakeProvider, governed, NO_BUDGETS, saying, spenderOf } from '../../../fakes/governed.ts';
import { countingMeter, manualRuntime, seeded, settled } from '../../../fakes/manual-runtime.ts';

const never = new AbortController().signal;
const tokens = (count: number) => ({ nanoUsd: 0, tokens: count });

function purse(limit: number, spent = 0) {
  const meter = countingMeter();
  const records = { spent };
  const spending = new Spending(
    { ...NO_BUDGETS, day: { tokens: limit } },
    { spentOf: () => ({ ...NOTHING, tokens: records.spent }), runtime: manualRuntime(), meter },
  );
  const reserve = (count: number, signal = never) => spending.reserve(spenderOf(), tokens(count), signal);
  return { reserve, records, meter };
}

test('models / spending / what cannot fit is refused at once, with what is left', async () => {
  const { reserve, meter } = purse(100, 70);
  await assert.rejects(reserve(31), (error) => {
    return hasCode(error, 'budget-exceeded') && /of 100 tokens 30 tokens are left today.*31 tokens/.test(error.message);
  });
  assert.equal(meter.total('mindmesh_model_refused_total', { scope: 'day' }), 1);
});

test('models / spending / what fits but for calls under way waits for them, and then fits', async () => {
  const { reserve } = purse(100);
  const first = await reserve(60);
  let isIn = false;
  const second = reserve(60).then((reservation) => {
    isIn = true;
    return reservation;
  });
  await settled();
  assert.equal(isIn, false, 'both together would be too much');
  first.took(tokens(20));
  await settled();
  assert.equal(isIn, true, 'the first took less than it might have');
  (await second).end();
});

test('models / spending / what waits is refused once the records leave no room', async () => {
  const { reserve, records } = purse(100);
  const first = await reserve(60);
  const second = reserve(60);
  records.spent = 60;
  first.end();
  await assert.rejects(second, (error) => hasCode(error, 'budget-exceeded'));
});

test('models / spending / who waits for a budget goes when its call is ended', async () => {
  const { reserve } = purse(100);
  await reserve(60);
  const leaving = new AbortController();
  const second = reserve(60, leaving.signal);
  leaving.abort(new Error('it leaves'));
  await assert.rejects(second, /it leaves/);
});

test('models / spending / between the answer and its record it is set aside still', async () => {
  const { reserve } = purse(100);
  const first = await reserve(60);
  first.took(tokens(50));
  let isIn = false;
  void reserve(60).then(() => {
    isIn = true;
  });
  await settled();
  assert.equal(isIn, false);
});

/** Calls of random size that begin, answer and are recorded in random order. */
async function spree(seed: number) {
  const random = seeded(seed);
  const below = (end: number) => Math.floor(random() * end);
  const waitALittle = async () => {
    for (let turns = below(4); turns > 0; turns--) await settled();
  };
  const provider = new FakeProvider(async (call) => {
    await waitALittle();
    const promptTokens = below(promptTokensAtMost({ messages: call.messages }));
    return saying('done', { promptTokens, completionTokens: below(call.maxTokens + 1), cachedTokens: 0 });
  });
  const budgets = {
    day: { usd: 0.006 },
    perGeneral: { tokens: 3_000 },
    repositories: { 'acme/b': { usd: 0.001, tokens: 900 } },
  };
  const { model, log } = governed({ small: [choiceOf('p')], providers: { p: provider }, budgets });
  const append = log.append.bind(log);
  log.append = async (record) => {
    await waitALittle();
    return append(record);
  };
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, async (_, i) => {
      await waitALittle();
      const spender = spenderOf({
        eventId: eventIdOf('github', String(i % 20)),
        general: ['x-general', 'y-general'][below(2)] ?? 'x-general',
        repository: ['acme/a', 'acme/b', ''][below(3)] ?? '',
      });
      const messages = [{ role: 'user', text: `${i} ${'word '.repeat(below(60))}` }] as const;
      const asked = { messages, modelClass: 'small', spender, signal: never } as const;
      return model.turn(asked).then(
        () => 'answered',
        (error: unknown) => (hasCode(error, 'budget-exceeded') ? 'refused' : String(error)),
      );
    }),
  );
  await settled();
  return { outcomes, log, calls: provider.calls.length };
}

for (let seed = 1; seed <= 30; seed++) {
  test(`models / spending / whatever the order of calls, no limit is ever passed (${seed})`, async () => {
    const { outcomes, log, calls } = await spree(seed);
    assert.deepEqual([...new Set(outcomes)].sort(), ['answered', 'refused']);
    const answered = outcomes.filter((outcome) => outcome === 'answered').length;
    assert.equal(calls, answered, 'who is refused was not asked');
    const sum = (of: (record: (typeof log.records)[number]) => boolean) =>
      log.records.filter(of).reduce(
        (total, { promptTokens, completionTokens, costNanoUsd }) => ({
          tokens: total.tokens + promptTokens + completionTokens,
          usd: total.usd + costNanoUsd / 1e9,
        }),
        { tokens: 0, usd: 0 },
      );
    assert.ok(sum(() => true).usd <= 0.006);
    for (const general of ['x-general', 'y-general']) {
      assert.ok(sum((record) => record.general === general).tokens <= 3_000);
    }
    const ofB = sum((record) => record.repository === 'acme/b');
    assert.ok(ofB.usd <= 0.001 && ofB.tokens <= 900);
  });
}
