import assert from 'node:assert/strict';
import { test } from 'node:test';
import { budgetsOf, offeredBy, planOf } from '../../../daemon/compose-model.ts';
import type { Config } from '../../../daemon/config/config.ts';
import { modelSection } from '../../../daemon/config/model.ts';
import { Secret } from '../../../daemon/config/secret.ts';

const KEY = new Secret('k', 'test');

/** The section as a file would have it, with keys that were read. */
function configured(settings: object, apiKey?: Secret): Config['model'] {
  const { apiKey: _, providers, ...rest } = modelSection.schema.parse(settings);
  const read = providers.map(({ apiKey: own, ...provider }) => ({ ...provider, ...(own && { apiKey: KEY }) }));
  return { ...rest, providers: read, ...(apiKey && { apiKey }) };
}

function planned(config: Config['model']) {
  const { classes, escalateBelow } = planOf(config, offeredBy(config));
  const names = (chain: typeof classes.small) => chain.map(({ provider, model }) => `${provider}/${model}`);
  return { small: names(classes.small), large: names(classes.large), escalateBelow };
}

test('compose / model / there is none without a key, an address or another provider, or when it is off', () => {
  assert.deepEqual(offeredBy(configured({})), []);
  assert.deepEqual(offeredBy(configured({ enabled: 'off', baseUrl: 'http://127.0.0.1:1/v1' }, KEY)), []);
});

test('compose / model / a key or an address is enough', () => {
  for (const config of [configured({}, KEY), configured({ baseUrl: 'http://127.0.0.1:1/v1' })]) {
    assert.deepEqual(planned(config), {
      small: ['openai/gpt-4o-mini'],
      large: ['openai/gpt-4o-mini'],
      escalateBelow: 0.5,
    });
  }
});

test('compose / model / the one model of a plain configuration is asked as it says', () => {
  const prices = { input: 1, output: 2 };
  const plain = { provider: 'anthropic', name: 'm', temperature: 0.1, maxTokens: 9, timeout: '3s', prices };
  const [offered] = offeredBy(configured(plain, KEY));
  assert.deepEqual(offered?.models, [
    { provider: 'anthropic', model: 'm', prices, maxTokens: 9, temperature: 0.1, timeoutMs: 3_000 },
  ]);
});

const LOCAL = { name: 'local', baseUrl: 'http://127.0.0.1:1/v1', models: [{ name: 'llama' }, { name: 'a/b' }] };
const CLAUDE = { name: 'claude', provider: 'anthropic', apiKey: { env: 'K' }, models: { name: 'opus' } };
const PLANS = [
  {
    id: 'without classes the own model is first, then the first of each provider',
    settings: { providers: [LOCAL, CLAUDE] },
    plan: {
      small: ['openai/gpt-4o-mini', 'local/llama', 'claude/opus'],
      large: ['openai/gpt-4o-mini', 'local/llama', 'claude/opus'],
    },
  },
  {
    id: 'classes are asked in their order, and a name may hold slashes',
    settings: {
      providers: [LOCAL, CLAUDE],
      classes: { small: ['local/a/b', 'openai/gpt-4o-mini'], large: 'claude/opus' },
    },
    plan: { small: ['local/a/b', 'openai/gpt-4o-mini'], large: ['claude/opus'] },
  },
  {
    id: 'a large class alone leaves the small one as it was',
    settings: { providers: [CLAUDE], classes: { large: 'claude/opus', escalateBelow: 0.9 } },
    plan: { small: ['openai/gpt-4o-mini', 'claude/opus'], large: ['claude/opus'], escalateBelow: 0.9 },
  },
];
for (const { id, settings, plan } of PLANS) {
  test(`compose / model / ${id}`, () => {
    assert.deepEqual(planned(configured(settings, KEY)), { escalateBelow: 0.5, ...plan });
  });
}

test('compose / model / providers alone are enough, and a model of the section without a key is left out', () => {
  const config = configured({ providers: [LOCAL], classes: { small: ['openai/gpt-4o-mini', 'local/llama'] } });
  assert.deepEqual(planned(config).small, ['local/llama']);
});

test('compose / model / budgets of generals may have their short names', () => {
  const config = configured({ budgets: { day: { usd: 5 }, generals: { security: { tokens: 7 } } } });
  assert.deepEqual(budgetsOf(config).generals, { 'security-general': { tokens: 7 } });
  assert.deepEqual(budgetsOf(config).day, { usd: 5 });
});
