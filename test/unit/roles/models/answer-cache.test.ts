import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { keyOf } from '../../../../roles/models/answer-cache.ts';
import type { ModelChoice } from '../../../../roles/models/model-plan.ts';
import type { Form, TurnRequest } from '../../../../roles/ports/model.ts';
import type { ModelCache } from '../../../../roles/ports/model-cache.ts';
import type { Completion } from '../../../../roles/ports/model-provider.ts';
import { choiceOf, FakeProvider, governed, saying, spenderOf } from '../../../fakes/governed.ts';
import { settled } from '../../../fakes/manual-runtime.ts';

class MemoryCache implements ModelCache {
  readonly rows = new Map<string, string>();
  async get(key: string) {
    return this.rows.get(key);
  }
  async put(key: string, answer: string) {
    this.rows.set(key, answer);
  }
}

const form: Form<unknown> = { name: 'verdict', schema: z.object({ verdict: z.string(), confidence: z.number() }) };
const VALUE = { verdict: 'fine', confidence: 0.9 };
const TOOL = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
const asked: TurnRequest = {
  messages: [{ role: 'user', text: 'What do you think?' }],
  form,
  modelClass: 'small',
  spender: spenderOf(),
  signal: new AbortController().signal,
};
const a = choiceOf('a');

function cached(choice: ModelChoice = a, answer: () => Completion<unknown> = () => saying(VALUE)) {
  const provider = new FakeProvider(answer);
  const cache = new MemoryCache();
  return { ...governed({ small: [choice], providers: { a: provider }, cache }), provider, cache };
}

test('models / cache / what was asked before is answered without a call, a cost or a record', async () => {
  const { model, provider, log, meter } = cached();
  const first = await model.turn(asked);
  const again = await model.turn({ ...asked, spender: spenderOf({ general: 'x-general' }) });
  assert.deepEqual(again, { ...first, isCached: true, usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 } });
  assert.equal(first.isCached, false);
  assert.equal(provider.calls.length, 1);
  await settled();
  assert.equal(log.records.length, 1);
  assert.equal(meter.total('mindmesh_model_cache_total', { outcome: 'hit' }), 1);
  assert.equal(meter.total('mindmesh_model_cache_total', { outcome: 'miss' }), 1);
});

test('models / cache / an answer that is kept is given when no budget is left and the provider is away', async () => {
  const { model, provider } = cached();
  await model.turn(asked);
  provider.complete = () => Promise.reject(new Error('it is not asked'));
  assert.deepEqual((await model.turn(asked)).value, VALUE);
});

const OTHER_FORM: Form<unknown> = { ...form, schema: z.object({ verdict: z.string() }) };
const DIFFERENCES: Readonly<Record<string, readonly [Partial<ModelChoice>, Partial<TurnRequest>]>> = {
  'another model': [{ model: 'other' }, {}],
  'another provider': [{ provider: 'b' }, {}],
  'another temperature': [{ temperature: 0.1 }, {}],
  'another limit of the answer': [{ maxTokens: 7 }, {}],
  'another message': [{}, { messages: [{ role: 'user', text: 'And you?' }] }],
  'the same from another role': [{}, { messages: [{ role: 'system', text: 'What do you think?' }] }],
  'another form': [{}, { form: OTHER_FORM }],
  tools: [{}, { tools: [TOOL] }],
  'tools that it must not call': [{}, { tools: [TOOL], toolChoice: 'none' }],
};
test('models / cache / whatever goes into an answer goes into its key, and who asks does not', () => {
  const keys = Object.values(DIFFERENCES).map(([choice, request]) =>
    keyOf({ ...a, ...choice }, { ...asked, ...request }),
  );
  assert.equal(new Set([...keys, keyOf(a, asked)]).size, keys.length + 1);
  const { spender: _, ...unpaid } = asked;
  assert.equal(keyOf(a, { ...unpaid, modelClass: 'large', signal: new AbortController().signal }), keyOf(a, asked));
  assert.equal(keyOf({ ...a, prices: { input: 9, output: 9 }, timeoutMs: 1 }, asked), keyOf(a, asked));
});

const KEPT: readonly (Pick<TurnRequest, 'tools' | 'toolChoice'> & {
  readonly id: string;
  readonly temperature: number;
  readonly calls: number;
})[] = [
  { id: 'without tools, at any temperature', temperature: 0.7, tools: [], calls: 1 },
  { id: 'with tools at temperature 0', temperature: 0, tools: [TOOL], calls: 1 },
  { id: 'with tools that it must not call', temperature: 0.7, tools: [TOOL], toolChoice: 'none', calls: 1 },
  { id: 'never with tools at another temperature', temperature: 0.7, tools: [TOOL], calls: 2 },
];
for (const { id, temperature, tools, calls, toolChoice } of KEPT) {
  test(`models / cache / kept: ${id}`, async () => {
    const { model, provider } = cached(choiceOf('a', { temperature }));
    for (let i = 0; i < 2; i++)
      await model.turn({ ...asked, ...(tools && { tools }), ...(toolChoice && { toolChoice }) });
    assert.equal(provider.calls.length, calls);
  });
}

test('models / cache / calls of tools come back as they were', async () => {
  const calls = [{ id: '1', name: 'look', arguments: '{"at":' }];
  const answer = () => ({ reading: { ok: true, text: '', calls } }) as const;
  const { model } = cached(choiceOf('a', { temperature: 0 }), answer);
  await model.turn({ ...asked, tools: [TOOL] });
  const again = await model.turn({ ...asked, tools: [TOOL] });
  assert.deepEqual([again.isCached, again.calls, again.value], [true, calls, undefined]);
});

const DAMAGED = {
  'no JSON': '{"text":',
  'another shape': '[]',
  'another form': '{"text":"","calls":[],"value":{},"model":"m"}',
};
for (const [id, text] of Object.entries(DAMAGED)) {
  test(`models / cache / what cannot be read is asked for anew: ${id}`, async () => {
    const { model, provider, cache } = cached();
    cache.rows.set(keyOf(a, asked), text);
    assert.deepEqual((await model.turn(asked)).value, VALUE);
    assert.equal(provider.calls.length, 1);
    assert.equal((await model.turn(asked)).isCached, true, 'and written over');
  });
}

test('models / cache / an answer of no use is not kept', async () => {
  const provider = new FakeProvider(() => ({ reading: { ok: false, problem: 'not JSON', text: 'Hm.' } }));
  const cache = new MemoryCache();
  const { model } = governed({ small: [a], providers: { a: provider }, cache });
  await assert.rejects(model.turn(asked));
  assert.equal(cache.rows.size, 0);
});
