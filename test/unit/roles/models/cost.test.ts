import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costAtMost, costOf, promptTokensAtMost, tokensOf } from '../../../../roles/models/cost.ts';
import type { Message, ToolSpec } from '../../../../roles/ports/model.ts';

const counts = (promptTokens: number, completionTokens: number, cachedTokens = 0) => {
  return { promptTokens, completionTokens, cachedTokens };
};

const COSTS = [
  { id: 'nothing', tokens: counts(0, 0), prices: { input: 5, output: 5 }, nanoUsd: 0 },
  { id: 'a free model', tokens: counts(1_000_000, 1_000_000), prices: { input: 0, output: 0 }, nanoUsd: 0 },
  { id: 'a million of each', tokens: counts(1e6, 1e6), prices: { input: 0.15, output: 0.6 }, nanoUsd: 750_000_000 },
  { id: 'one token', tokens: counts(1, 0), prices: { input: 0.15, output: 0.6 }, nanoUsd: 150 },
  { id: 'a price below a billionth a token', tokens: counts(3, 0), prices: { input: 0.0005, output: 0 }, nanoUsd: 2 },
  {
    id: 'a part of the prompt that the provider had',
    tokens: counts(1_000, 100, 800),
    prices: { input: 2.5, output: 10, cachedInput: 1.25 },
    nanoUsd: 200 * 2_500 + 800 * 1_250 + 100 * 10_000,
  },
  { id: 'no price for that part', tokens: counts(1_000, 0, 800), prices: { input: 2, output: 0 }, nanoUsd: 2_000_000 },
  {
    id: 'more of it than there was',
    tokens: counts(10, 0, 99),
    prices: { input: 2, output: 0, cachedInput: 1 },
    nanoUsd: 10_000,
  },
];
for (const { id, tokens, prices, nanoUsd } of COSTS) {
  test(`models / cost / ${id}`, () => {
    const total = tokens.promptTokens + tokens.completionTokens;
    assert.deepEqual(costOf(tokens, prices), { nanoUsd, tokens: total });
  });
}

test('models / cost / a hundred thousand calls add up as their tokens do, to the cent', () => {
  const prices = { input: 0.15, output: 0.6 };
  let [nanoUsd, promptTokens, completionTokens] = [0, 0, 0];
  for (let i = 0; i < 100_000; i++) {
    const tokens = counts(1_000 + (i % 997), i % 313);
    nanoUsd += costOf(tokens, prices).nanoUsd;
    promptTokens += tokens.promptTokens;
    completionTokens += tokens.completionTokens;
  }
  const cents = Math.round((promptTokens * prices.input + completionTokens * prices.output) / 1e4);
  assert.equal(Math.round(nanoUsd / 1e7), cents);
  assert.ok(Number.isSafeInteger(nanoUsd));
});

const user = (text: string): Message => ({ role: 'user', text });
const TOOL: ToolSpec = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };
const PROMPTS: Readonly<Record<string, readonly Message[]>> = {
  'plain text': [user('hello')],
  'four bytes a character': [user('🦀🦀')],
  'a call of a tool': [{ role: 'assistant', text: '', calls: [{ id: '1', name: 'look', arguments: '{"a":"bcd"}' }] }],
  'what came of it': [{ role: 'tool', callId: '1', text: 'found' }],
};
for (const [id, messages] of Object.entries(PROMPTS)) {
  test(`models / cost / at most: ${id} counts with a token for every byte`, () => {
    const bytes = messages.reduce((sum, message) => {
      const calls = message.role === 'assistant' ? (message.calls ?? []) : [];
      return sum + Buffer.byteLength(message.text + calls.map((call) => call.name + call.arguments).join(''));
    }, 0);
    assert.ok(promptTokensAtMost({ messages }) > bytes);
    assert.ok(tokensOf({ messages }, '').promptTokens <= promptTokensAtMost({ messages }));
  });
}

test('models / cost / at most: tools, the form and the longest answer count', () => {
  const messages = [user('hello')];
  const bare = promptTokensAtMost({ messages });
  assert.ok(promptTokensAtMost({ messages, tools: [TOOL] }) > bare + JSON.stringify(TOOL).length);
  assert.ok(promptTokensAtMost({ messages, schema: { type: 'object' } }) > bare);
  const most = costAtMost({ messages }, { prices: { input: 1, output: 3 }, maxTokens: 50 });
  assert.deepEqual(most, { tokens: bare + 50, nanoUsd: bare * 1_000 + 50 * 3_000 });
});
