import assert from 'node:assert/strict';
import { test } from 'node:test';
import { githubEffects } from '../../../daemon/compose-effects.ts';
import { CheckRunEffect } from '../../../daemon/github/check-run-effect.ts';
import { CheckStatusEffect } from '../../../daemon/github/check-status-effect.ts';
import type { GitHub } from '../../../daemon/github/client.ts';
import { EFFECT_CLASSES } from '../../../roles/ports/effects.ts';
import { configOf, faultOf } from './config/loading.ts';

const github: GitHub = { request: async () => assert.fail('nothing is asked for') };
const TOKEN = { GITHUB_TOKEN: 't' };

async function kindsOf(effects: string): Promise<string[]> {
  const { config } = await configOf({ yaml: `node: {roles: [general]}\neffects: ${effects}\n`, env: TOKEN });
  return Object.keys(githubEffects(config, github)).sort();
}

test('compose / effects / each switch allows its kinds and no others; by default nothing is allowed', async () => {
  const cases: [effects: string, kinds: string[]][] = [
    ['{}', []],
    ['{comments: on}', ['comment']],
    ['{reviews: on}', ['review']],
    ['{reviews: verdicts}', ['review']],
    ['{labels: on}', ['label']],
    ['{checks: on}', ['check-run', 'status']],
    ['{pullRequests: on}', ['branch', 'pull-request', 'ready-for-review']],
    ['{merges: on}', ['merge']],
  ];
  for (const [effects, kinds] of cases) assert.deepEqual(await kindsOf(effects), kinds, effects);
  const all = cases.flatMap(([, kinds]) => kinds);
  const others = Object.keys(EFFECT_CLASSES).filter((kind) => !all.includes(kind));
  assert.deepEqual(others, ['job', 'notice'], 'of other outsides than GitHub');
});

test('compose / effects / check runs are for Apps; with a token they are statuses', async () => {
  const { config } = await configOf({ yaml: 'node: {roles: [general]}\neffects: {checks: on}\n', env: TOKEN });
  assert.ok(githubEffects(config, github)['check-run'] instanceof CheckStatusEffect);
  const app = { id: 1, privateKey: config.github.token ?? assert.fail('no token') };
  const asApp = { ...config, github: { ...config.github, app } };
  assert.ok(githubEffects(asApp, github)['check-run'] instanceof CheckRunEffect);
});

test('compose / effects / an effect that nobody could write is found when the configuration is read', async () => {
  for (const name of ['comments', 'reviews', 'labels', 'checks', 'pullRequests', 'merges']) {
    const { message } = await faultOf({ yaml: `node: {roles: [general]}\neffects: {${name}: on}\n` });
    assert.match(message, new RegExp(`effects\\.${name}: is on, and wants github\\.token or github\\.app`));
  }
});
