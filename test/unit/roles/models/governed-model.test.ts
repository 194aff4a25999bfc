import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { hasCode, MeshError } from '../../../../protocols/errors.ts';
import { costAtMost } from '../../../../roles/models/cost.ts';
import { schemaOf } from '../../../../roles/models/form-schema.ts';
import type { Form, TurnRequest } from '../../../../roles/ports/model.ts';
import type { ModelCall } from '../../../../roles/ports/model-provider.ts';
import { choiceOf, FakeProvider, governed, saying, spenderOf } from '../../../fakes/governed.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';

const form: Form<{ verdict: string; confidence: number }> = {
  name: 'verdict',
  schema: z.object({ verdict: z.string(), confidence: z.number() }),
};
const sure = { verdict: 'sure', confidence: 0.9 };
const unsure = { verdict: 'unsure', confidence: 0.2 };
const never = new AbortController().signal;
const asked = {
  messages: [{ role: 'user', text: 'What do you think?' }],
  form,
  modelClass: 'small',
  spender: spenderOf(),
  signal: never,
} satisfies TurnRequest<{ verdict: string }>;

const unavailable = ({ model }: ModelCall) => {
  throw new MeshError('model-unavailable', { model, problem: 'it answered 503' });
};
const talk = () => ({ reading: { ok: false, problem: 'the answer is not JSON', text: 'Hm.' } }) as const;
const says = (value: unknown) => new FakeProvider(() => saying(value));
const [a, b, c] = [choiceOf('a'), choiceOf('b'), choiceOf('c')];
/** What one call of `asked` may take at most. */
const MOST = costAtMost({ messages: asked.messages, schema: schemaOf(form) }, a);

describe('models / chain', () => {
  test('models / chain / the first answers, and nobody else is asked', async () => {
    const providers = { a: says(sure), b: says(sure) };
    const reply = await governed({ small: [a, b], providers }).model.turn(asked);
    assert.deepEqual(reply.value, sure);
    assert.deepEqual([reply.provider, reply.model, reply.confidence], ['a', 'a-model', 0.9]);
    assert.equal(providers.b.calls.length, 0);
    const [call] = providers.a.calls;
    assert.deepEqual([call?.model, call?.maxTokens, call?.messages], ['a-model', 100, asked.messages]);
  });

  test('models / chain / the next is asked when one cannot be used, and the log says so', async () => {
    const { model, runtime } = governed({
      small: [a, b],
      providers: { a: new FakeProvider(unavailable), b: says(sure) },
    });
    assert.equal((await model.turn(asked)).provider, 'b');
    assert.deepEqual(
      runtime.lines.map(({ phrase }) => phrase),
      ['model passed over'],
    );
  });

  test('models / chain / one that hangs is passed over after its time', async () => {
    const hanging = new FakeProvider(() => new Promise(() => {}));
    const { model, runtime } = governed({ small: [a, b], providers: { a: hanging, b: says(sure) } });
    const reply = model.turn(asked);
    await runtime.advance(30_000);
    assert.equal((await reply).provider, 'b');
  });

  test('models / chain / its end is model-unavailable, and says why of each', async () => {
    const down = new FakeProvider(unavailable);
    const { model } = governed({ small: [a, b], providers: { a: down, b: down } });
    await assert.rejects(model.turn(asked), (error) => {
      return hasCode(error, 'model-unavailable') && /a-model.*503.*b-model.*503/.test(error.message);
    });
  });

  test('models / chain / nobody else is asked once the call is ended', async () => {
    const leaving = new AbortController();
    const providers = {
      a: new FakeProvider((call) => {
        leaving.abort();
        return unavailable(call);
      }),
      b: says(sure),
    };
    const { model } = governed({ small: [a, b], providers });
    await assert.rejects(model.turn({ ...asked, signal: leaving.signal }), (error) =>
      hasCode(error, 'model-unavailable'),
    );
    assert.equal(providers.b.calls.length, 0);
  });

  test('models / chain / why nobody answered is told to people until somebody does', async () => {
    const provider: FakeProvider = new FakeProvider((call) =>
      provider.calls.length === 1 ? unavailable(call) : saying(sure),
    );
    const { model } = governed({ small: [a], providers: { a: provider } });
    assert.equal(model.problem, undefined);
    await assert.rejects(model.turn(asked));
    assert.match(model.problem ?? '', /a-model cannot be used: it answered 503/);
    await model.turn(asked);
    assert.equal(model.problem, undefined);
    await assert.rejects(model.turn({ ...asked, signal: AbortSignal.abort() }));
    assert.equal(model.problem, undefined, 'who ended the call knows why');
  });

  test('models / chain / a bug is no reason to ask another', async () => {
    const broken = new FakeProvider(() => {
      throw new TypeError('x is not a function');
    });
    const { model } = governed({ small: [a, b], providers: { a: broken, b: says(sure) } });
    await assert.rejects(model.turn(asked), /x is not a function/);
  });

  test('models / chain / a provider beyond its rate is passed over rather than waited for too long', async () => {
    const providers = { a: says(sure), b: says(sure) };
    const small = [choiceOf('a', { timeoutMs: 1_000 }), b];
    const { model } = governed({ small, providers, perMinute: 1 });
    assert.equal((await model.turn(asked)).provider, 'a');
    assert.equal((await model.turn(asked)).provider, 'b');
  });
});

describe('models / repair', () => {
  test('models / repair / an answer of no use is sent back once with what is wrong, and both are paid', async () => {
    const counts = { promptTokens: 50, completionTokens: 5, cachedTokens: 0 };
    const provider: FakeProvider = new FakeProvider(() =>
      provider.calls.length === 1 ? { ...talk(), tokens: counts } : saying(sure, counts),
    );
    const { model, log } = governed({ small: [a], providers: { a: provider } });
    const reply = await model.turn(asked);
    assert.deepEqual(reply.value, sure);
    const [, said, wish] = provider.calls[1]?.messages ?? [];
    assert.deepEqual(said, { role: 'assistant', text: 'Hm.' });
    assert.match(wish?.text ?? '', /not JSON/);
    assert.deepEqual([reply.usage.promptTokens, reply.usage.completionTokens], [100, 10]);
    await settled();
    assert.equal(log.records.length, 2);
  });

  test('models / repair / twice of no use is model-nonsense', async () => {
    const provider = new FakeProvider(talk);
    const { model, meter } = governed({ small: [a], providers: { a: provider } });
    await assert.rejects(model.turn(asked), (error) => hasCode(error, 'model-nonsense'));
    assert.equal(provider.calls.length, 2);
    assert.equal(meter.total('mindmesh_model_calls_total', { provider: 'a', outcome: 'nonsense' }), 1);
  });
});

interface EscalationCase {
  readonly id: string;
  readonly small: FakeProvider;
  readonly large: FakeProvider;
  readonly from?: 'small' | 'large';
  readonly escalateBelow?: number;
  readonly answers: unknown;
  readonly asked: readonly [small: number, large: number];
}

const LARGE = { verdict: 'large', confidence: 0.4 };
const ESCALATIONS: (() => EscalationCase)[] = [
  () => ({ id: 'a sure answer stays', small: says(sure), large: says(LARGE), answers: sure, asked: [1, 0] }),
  () => ({
    id: 'an unsure one is asked of the large class',
    small: says(unsure),
    large: says(LARGE),
    answers: LARGE,
    asked: [1, 1],
  }),
  () => ({ id: 'nonsense is', small: new FakeProvider(talk), large: says(LARGE), answers: LARGE, asked: [2, 1] }),
  () => ({
    id: 'unavailable is not',
    small: new FakeProvider(unavailable),
    large: says(LARGE),
    answers: 'model-unavailable',
    asked: [1, 0],
  }),
  () => ({
    id: 'the first opinion is kept when the large one is away',
    small: says(unsure),
    large: new FakeProvider(unavailable),
    answers: unsure,
    asked: [1, 1],
  }),
  () => ({
    id: 'and when the large one talks nonsense',
    small: says(unsure),
    large: new FakeProvider(talk),
    answers: unsure,
    asked: [1, 2],
  }),
  () => ({
    id: 'never with a threshold of 0',
    small: says({ verdict: 'x', confidence: 0 }),
    large: says(LARGE),
    escalateBelow: 0,
    answers: { verdict: 'x', confidence: 0 },
    asked: [1, 0],
  }),
  () => ({
    id: 'who asks the large class gets that, sure or not',
    small: says(sure),
    large: says(unsure),
    from: 'large',
    answers: unsure,
    asked: [0, 1],
  }),
];
for (const make of ESCALATIONS) {
  const { id, small, large, from = 'small', escalateBelow = 0.5, answers, asked: counts } = make();
  test(`models / escalation / ${id}`, async () => {
    const { model, log, meter } = governed({
      small: [a],
      large: [c],
      escalateBelow,
      providers: { a: small, c: large },
    });
    const reply = await model.turn({ ...asked, modelClass: from }).then(
      ({ value }): unknown => value,
      (error: unknown) => (error instanceof MeshError ? error.code : error),
    );
    assert.deepEqual(reply, answers);
    assert.deepEqual([small.calls.length, large.calls.length], counts);
    const isEscalated = from === 'small' && counts[1] > 0;
    assert.equal(meter.total('mindmesh_model_escalations_total'), isEscalated ? 1 : 0);
    await settled();
    for (const { provider, modelClass } of log.records) assert.equal(modelClass, provider === 'a' ? 'small' : 'large');
  });
}

test('models / escalation / a model that is in both classes is not asked twice', async () => {
  const provider = says(unsure);
  const { model } = governed({ small: [a], large: [a], providers: { a: provider } });
  assert.deepEqual((await model.turn(asked)).value, unsure);
  assert.equal(provider.calls.length, 1);
});

test('models / escalation / what both classes took is told together', async () => {
  const { model } = governed({ small: [a], large: [c], providers: { a: says(unsure), c: says(sure) } });
  const { usage } = await model.turn(asked);
  assert.deepEqual(usage, { promptTokens: 200, completionTokens: 20, costUsd: 0.00024 });
});

describe('models / usage', () => {
  test('models / usage / each call is a record, with the figures of the provider and who asked', async () => {
    const tokens = { promptTokens: 1_000, completionTokens: 100, cachedTokens: 600 };
    const small = [choiceOf('a', { prices: { input: 2.5, output: 10, cachedInput: 1.25 } })];
    const { model, log, runtime } = governed({ small, providers: { a: new FakeProvider(() => saying(sure, tokens)) } });
    const { usage } = await model.turn(asked);
    await settled();
    const { eventId, slot, general, repository } = asked.spender;
    assert.deepEqual(log.records, [
      {
        v: 1,
        type: 'usage',
        at: runtime.wall(),
        eventId,
        slot,
        general,
        repository,
        provider: 'a',
        model: 'a-model',
        modelClass: 'small',
        promptTokens: 1_000,
        completionTokens: 100,
        costNanoUsd: 2_750_000,
      },
    ]);
    assert.equal(usage.costUsd, 0.00275);
  });

  test('models / usage / the answer does not wait for the disk, the next call of the session does', async () => {
    const provider = says(sure);
    const { model, log } = governed({ small: [a], providers: { a: provider } });
    const disk = Promise.withResolvers<void>();
    log.gate = disk.promise;
    await model.turn(asked);
    const next = model.turn(asked);
    const other = spenderOf({ general: 'x-general' });
    await model.turn({ ...asked, spender: other });
    assert.equal(provider.calls.length, 2, 'another session goes on');
    disk.resolve();
    await next;
    assert.equal(provider.calls.length, 3);
  });

  test('models / usage / where the server tells no figures they are guessed from the text, and never above what was set aside', async () => {
    const silent = new FakeProvider(() => ({ reading: saying(sure).reading }));
    const { model, log } = governed({
      small: [a],
      providers: { a: silent },
      budgets: { day: { tokens: MOST.tokens } },
    });
    await model.turn(asked);
    await settled();
    const [record] = log.records;
    assert.ok(record !== undefined && record.promptTokens > 5 && record.promptTokens < 200, `${record?.promptTokens}`);
    assert.ok(record.completionTokens > 5);
  });

  test('models / usage / a response that is none costs nothing', async () => {
    const provider = new FakeProvider(() => ({
      reading: { ok: false, problem: 'the response is no chat completion' },
    }));
    const { model, log } = governed({ small: [a], providers: { a: provider } });
    await assert.rejects(model.turn(asked), (error) => hasCode(error, 'model-nonsense'));
    await settled();
    assert.deepEqual(log.records, []);
  });

  test('models / usage / a log that is closed already spoils no answer', async () => {
    const { model, log, runtime } = governed({ small: [a], providers: { a: says(sure) } });
    log.append = () => Promise.reject(new MeshError('overloaded', { reason: 'its log is closed' }));
    assert.deepEqual((await model.turn(asked)).value, sure);
    await model.turn(asked);
    assert.deepEqual(runtime.lines[0]?.phrase, 'usage not recorded');
  });
});

describe('models / budgets', () => {
  const budgets = { perGeneral: { tokens: MOST.tokens + 310 } };

  test('models / budgets / the call that would exceed is not made', async () => {
    const provider = new FakeProvider(() => saying(sure, { promptTokens: 500, completionTokens: 90, cachedTokens: 0 }));
    const { model } = governed({ small: [a], providers: { a: provider }, budgets });
    await model.turn(asked);
    await assert.rejects(model.turn(asked), (error) => {
      return (
        hasCode(error, 'budget-exceeded') &&
        new RegExp(`security-general.* ${MOST.tokens + 310 - 590} tokens are left`).test(error.message)
      );
    });
    assert.equal(provider.calls.length, 1);
    await model.turn({ ...asked, spender: spenderOf({ general: 'other-general' }) });
    assert.equal(provider.calls.length, 2, 'another general has a budget of its own');
  });

  test('models / budgets / what a call did not take is free for others before its record is on the disk', async () => {
    const provider = says(sure);
    const { model, log } = governed({
      small: [a],
      providers: { a: provider },
      budgets: { day: { tokens: MOST.tokens + 150 } },
    });
    log.gate = new Promise(() => {});
    await model.turn(asked);
    const other = spenderOf({ general: 'x-general' });
    await model.turn({ ...asked, spender: other });
    assert.equal(provider.calls.length, 2);
  });

  test('models / budgets / a new day is a new budget', async () => {
    const provider = new FakeProvider(() => saying(sure, { promptTokens: 500, completionTokens: 90, cachedTokens: 0 }));
    const runtime = manualRuntime({ wall: Date.parse('2026-11-21T23:59:00Z') });
    const { model } = governed({ small: [a], providers: { a: provider }, budgets, runtime });
    await model.turn(asked);
    await assert.rejects(model.turn(asked), (error) => hasCode(error, 'budget-exceeded'));
    await runtime.advance(60_000);
    await model.turn(asked);
  });

  test('models / budgets / a repair that would exceed is not made either', async () => {
    const provider = new FakeProvider(() => ({
      ...talk(),
      tokens: { promptTokens: 500, completionTokens: 90, cachedTokens: 0 },
    }));
    const { model } = governed({ small: [a], providers: { a: provider }, budgets });
    await assert.rejects(model.turn(asked), (error) => hasCode(error, 'budget-exceeded'));
    assert.equal(provider.calls.length, 1);
  });

  test('models / budgets / a model that costs nothing is asked once the money is gone', async () => {
    const paid = new FakeProvider(() => saying(sure, { promptTokens: 400, completionTokens: 90, cachedTokens: 0 }));
    const providers = { a: paid, b: says(sure) };
    const small = [a, choiceOf('b', { prices: { input: 0, output: 0 } })];
    const { model } = governed({ small, providers, budgets: { day: { usd: (MOST.nanoUsd + 100_000) / 1e9 } } });
    assert.equal((await model.turn(asked)).provider, 'a');
    assert.equal((await model.turn(asked)).provider, 'b');
  });

  test('models / budgets / who charges nobody is within none', async () => {
    const { model } = governed({ small: [a], providers: { a: says(sure) }, budgets: { day: { tokens: 0 } } });
    const { spender: _, ...free } = asked;
    assert.deepEqual((await model.turn(free)).value, sure);
  });

  test('models / budgets / a call that broke off leaves the budget as it was', async () => {
    const provider: FakeProvider = new FakeProvider((call) =>
      provider.calls.length < 5 ? unavailable(call) : saying(sure),
    );
    const { model } = governed({ small: [a], providers: { a: provider }, budgets });
    for (let i = 0; i < 4; i++) await assert.rejects(model.turn(asked), (error) => hasCode(error, 'model-unavailable'));
    await model.turn(asked);
  });
});
