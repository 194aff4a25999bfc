import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { loadGenerals } from '../../daemon/compose-templates.ts';
import { GENERALS } from '../../protocols/generals.ts';
import { riskyPullRequestEvent, riskyPushEvent } from '../fakes/events.ts';
import { countingMeter, manualRuntime } from '../fakes/manual-runtime.ts';
import { oneAnswer } from '../fakes/one-answer.ts';
import { ANSWER } from '../fakes/scripted-model.ts';
import { oneProvider } from '../support/one-provider.ts';

const server = new LLMock({ port: 0 });
const { templates, manifests } = await loadGenerals();
const never = new AbortController().signal;

before(async () => {
  server.on({ userMessage: /./ }, { content: JSON.stringify({ ...ANSWER, labels: [] }) });
  await server.start();
});
after(() => server.stop());

/** What the server saw of one question. */
async function askedFor(name: string, specialisations: readonly string[], event = riskyPullRequestEvent()) {
  server.clearRequests();
  const runtime = manualRuntime();
  const options = {
    name: 'gpt-4o-mini',
    provider: 'openai',
    baseUrl: `${server.url}/v1`,
    maxTokens: 500,
    timeout: 20_000,
  } as const;
  const model = oneProvider({ ...options, prices: { input: 0, output: 0 } }, { runtime, meter: countingMeter() });
  const general = { name, specialisations: [...specialisations], concurrency: 1, capacity: 1 };
  const analysis = await oneAnswer({ general, event, signal: never }, { model, templates, manifests, runtime });
  assert.equal(analysis.engine, 'model', analysis.degraded ?? 'no reason');
  const [request, ...others] = server.getRequests();
  assert.equal(others.length, 0);
  const body = request?.body as { messages: { content: string }[] } | undefined;
  return { system: body?.messages[0]?.content ?? '', user: body?.messages[1]?.content ?? '' };
}

for (const { name, title, specialisations } of GENERALS) {
  it(`model / prompts / ${name} sends its specialisation, its own prompt and the facts of the event`, async () => {
    // The developer listens to nobody whom the repository does not know.
    const authorassociation = manifests.get(name)?.trust.includes('stranger') ? 'FIRST_TIME_CONTRIBUTOR' : 'MEMBER';
    const event = { ...riskyPullRequestEvent(), authorassociation } as const;
    const { system, user } = await askedFor(name, specialisations, event);
    for (const part of [name, title, ...specialisations]) assert.ok(system.includes(part), part);
    for (const line of manifests.get(name)?.looksAt ?? ['a manifest']) assert.ok(system.includes(line), line);
    for (const fact of [
      'WIP: hotfix login',
      'acme/app',
      'stranger/app',
      '"additions": 900',
      'pr_created',
      authorassociation,
    ]) {
      assert.ok(user.includes(fact), fact);
    }
  });
}

it('model / prompts / files and messages of a push are sent', async () => {
  const { user } = await askedFor('metrics-general', ['performance'], riskyPushEvent());
  for (const fact of ['src/auth/session.ts', '.github/workflows/deploy.yml', 'BREAKING CHANGE', '"forced": true']) {
    assert.ok(user.includes(fact), fact);
  }
});
