import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { settledStory, testMesh } from './mesh.ts';

const PULL = exampleWebhooks().find(({ event }) => event === 'pull_request') as Webhook;
const ANSWER = { summary: 'Read.', findings: [], recommendations: [], confidence: 1 };
const EVERYTHING = { userMessage: /./ };

/** What the model server does; each is felt by an event of its own. */
const TROUBLES: Readonly<Record<string, (model: LLMock) => void>> = {
  'answers nonsense': (model) => model.on(EVERYTHING, { content: 'I would rather not.' }),
  'answers 429': (model) => model.on(EVERYTHING, { error: { message: 'slow down' }, status: 429 }),
  'answers 500': (model) => model.on(EVERYTHING, { error: { message: 'broken' }, status: 500 }),
  'cuts the connection': (model) => model.on(EVERYTHING, { content: '{}' }).setChaos({ disconnectRate: 1 }),
  hangs: (model) => model.on(EVERYTHING, { content: '{}' }).setChaos({ latencyMs: 30_000 }),
};

describe('a mesh whose model misbehaves', () => {
  const model = new LLMock({ port: 0 });
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    await model.start();
    const env = { OPENAI_BASE_URL: `${model.url}/v1`, OPENAI_API_KEY: 'test' };
    const made = await testMesh({ env, overrides: { model: { timeout: '3s' } } });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(async () => {
    await stop?.();
    await model.stop();
  });

  /** A body of its own: the same body again would be a repeat. */
  async function resultsOf(name: string) {
    const payload = { ...Object(PULL.payload), sent_as: name };
    const { delivery, status } = await postWebhook(mesh.url('aggregator'), mesh.secret, { ...PULL, payload });
    assert.equal(status, 202);
    const story = await settledStory(mesh, delivery, 60_000);
    assert.equal(story.settled?.outcome, 'done');
    return story.tasks.map(({ result }) => result);
  }

  it('e2e / model trouble / a good answer is used', async () => {
    model.on(EVERYTHING, { content: JSON.stringify(ANSWER) });
    for (const result of await resultsOf('good')) assert.equal(result?.engine, 'model');
  });

  for (const [trouble, cause] of Object.entries(TROUBLES)) {
    it(`e2e / model trouble / a model that ${trouble} is replaced by rules, and the result says so`, async () => {
      model.clearFixtures();
      model.clearChaos();
      cause(model);
      for (const result of await resultsOf(trouble)) {
        assert.equal(result?.engine, 'offline-rules');
        assert.ok((result?.degraded?.length ?? 0) > 0, 'it says why');
      }
    });
  }
});
