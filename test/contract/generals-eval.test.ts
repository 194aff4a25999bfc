import assert from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { LLMock } from '@copilotkit/aimock';
import { evaluateGenerals } from '../../daemon/compose-evaluation.ts';
import { loadConfig } from '../../daemon/config/load.ts';
import { ANSWER } from '../fakes/scripted-model.ts';

const server = new LLMock({ port: 0 });

const ALARM = {
  ...ANSWER,
  findings: [{ severity: 'critical', title: 'A token is out', detail: 'Revoke the secret.' }],
};

before(async () => {
  server.on({ userMessage: /ghp_|\[a GitHub token\]/ }, { content: JSON.stringify(ALARM) });
  server.on({ userMessage: /./ }, { content: JSON.stringify(ANSWER) });
  await server.start();
});
after(() => server.stop());

async function evaluated(isRulesOnly: boolean) {
  const env = { OPENAI_API_KEY: 'key', OPENAI_BASE_URL: `${server.url}/v1` };
  const { config } = await loadConfig({ cwd: import.meta.dirname, env, flags: {} });
  const signal = new AbortController().signal;
  const onProgress = () => undefined;
  const [view] = await evaluateGenerals({ config, names: ['security'], isRulesOnly, signal, onProgress });
  return view ?? assert.fail();
}

it('generals / eval / asks the configured model every case, and judges its answers by the mark of models', async () => {
  const { general, cases, ok, passMark } = await evaluated(false);
  assert.deepEqual([general, ok, passMark], ['security-general', false, 0.9]);
  assert.ok(cases.every(({ engine, promptTokens }) => engine === 'model' && promptTokens > 0));
  assert.deepEqual(
    cases.filter(({ passed }) => passed).map(({ id }) => id),
    ['leaked-token', 'wish-complete'],
  );
});

it('generals / eval / --rules asks no model', async () => {
  server.clearRequests();
  const { ok, cases } = await evaluated(true);
  assert.ok(ok && cases.every(({ engine }) => engine === 'offline-rules'));
  assert.equal(server.getRequests().length, 0);
});
