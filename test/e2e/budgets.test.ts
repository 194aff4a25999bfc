import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, testMesh } from './mesh.ts';

const PULL = exampleWebhooks().find(
  ({ event, payload }) => event === 'pull_request' && Object(payload).action === 'opened',
) as Webhook;
const ANSWER = { summary: 'Read.', findings: [], recommendations: [], confidence: 1 };
const UNSURE = { ...ANSWER, confidence: 0.1 };
/** What the servers say of each call, and what it costs by the configured prices. */
const SMALL = { prompt_tokens: 3_001, completion_tokens: 333, total_tokens: 3_334 };
const LARGE = { prompt_tokens: 1_777, completion_tokens: 111, total_tokens: 1_888 };
const PRICES = { small: { input: 0.15, output: 0.6 }, large: { input: 15, output: 75 } };
const NANO_SMALL = 3_001 * 150 + 333 * 600;
const NANO_LARGE = 1_777 * 15_000 + 111 * 75_000;
const DAY_TOKENS = 32_000;
const EVENTS = 8;

describe('a mesh with two providers and a budget', () => {
  const [small, large] = [new LLMock({ port: 0 }), new LLMock({ port: 0 })];
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    await Promise.all([small.start(), large.start()]);
    small.on({ userMessage: /./ }, { content: JSON.stringify(UNSURE), usage: SMALL });
    large.on({ userMessage: /./ }, { content: JSON.stringify(ANSWER), usage: LARGE });
    const model = {
      baseUrl: `${small.url}/v1`,
      name: 'little',
      maxTokens: 500,
      prices: PRICES.small,
      providers: [
        { name: 'big', baseUrl: `${large.url}/v1`, models: [{ name: 'grand', maxTokens: 500, prices: PRICES.large }] },
      ],
      classes: { small: ['openai/little'], large: ['big/grand'] },
      budgets: { day: { tokens: DAY_TOKENS } },
    };
    const made = await testMesh({ env: { OPENAI_API_KEY: 'test' }, overrides: { model } });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(async () => {
    await stop?.();
    await Promise.all([small.stop(), large.stop()]);
  });

  async function resultsOf(number: number) {
    const { pull_request, ...rest } = Object(PULL.payload);
    const payload = { ...rest, number, pull_request: { ...pull_request, number } };
    const { delivery, status } = await postWebhook(mesh.url('aggregator'), mesh.secret, { ...PULL, payload });
    assert.equal(status, 202);
    const story = await settledStory(mesh, delivery, 60_000);
    return story.tasks.map(({ result }) => result);
  }

  it('e2e / budgets / calls stop before the one that would exceed, and every event is answered all the same', async () => {
    const results = (await Promise.all(Array.from({ length: EVENTS }, (_, i) => resultsOf(100 + i)))).flat();
    const byModel = results.filter((result) => result?.engine === 'model');
    const byRules = results.filter((result) => result?.engine === 'offline-rules');
    assert.equal(byModel.length + byRules.length, results.length);
    assert.ok(byModel.length > 0, 'some were answered by the models');
    assert.ok(byRules.length > 0, 'and some no more');
    for (const result of byRules) assert.match(result?.degraded ?? '', /budget of the organisation .* tokens/);
    const calls = [small.getRequests().length, large.getRequests().length] as const;
    const tokens = calls[0] * SMALL.total_tokens + calls[1] * LARGE.total_tokens;
    assert.ok(tokens <= DAY_TOKENS, `${calls.join(' and ')} calls took ${tokens} tokens`);
    assert.ok(calls[1] > 0, 'the large one was asked where the small one was not sure');
  });

  it('e2e / budgets / usage adds up to the figures of the providers, on a node that asked nobody', async () => {
    const calls = [small.getRequests().length, large.getRequests().length] as const;
    const client = mesh.client('orchestrator');
    const view = await waitFor('the records to arrive', async () => {
      const usage = await client.usage({ by: 'model' });
      return usage.total.calls === calls[0] + calls[1] ? usage : undefined;
    });
    const lines = Object.fromEntries(view.lines.map(({ name, ...figures }) => [name, figures]));
    assert.deepEqual(lines, {
      'openai/little': {
        calls: calls[0],
        promptTokens: calls[0] * SMALL.prompt_tokens,
        completionTokens: calls[0] * SMALL.completion_tokens,
        costNanoUsd: calls[0] * NANO_SMALL,
      },
      'big/grand': {
        calls: calls[1],
        promptTokens: calls[1] * LARGE.prompt_tokens,
        completionTokens: calls[1] * LARGE.completion_tokens,
        costNanoUsd: calls[1] * NANO_LARGE,
      },
    });
    for (const by of ['general', 'repository', 'day'] as const) {
      assert.deepEqual((await client.usage({ by })).total, view.total, by);
    }
  });

  it('e2e / budgets / status names the models in their order', async () => {
    assert.equal((await mesh.client('general').status()).model, 'openai/little');
  });
});
