import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ENVIRONMENT } from '../../../../daemon/config/environment.ts';
import { settableKeys } from '../../../../daemon/config/keys.ts';
import { valueAt } from '../../../../daemon/config/tree.ts';
import { faultOf, settingsOf } from './loading.ts';

/** Every variable of the source documents (docs/parity.md 061–070, 114–122, 195, G22) and what it comes to. */
const CASES: readonly {
  readonly env: Readonly<Record<string, string>>;
  readonly key: string;
  readonly value: unknown;
}[] = [
  { env: { DISCORD_TOKEN: 't' }, key: 'discord.token', value: { env: 'DISCORD_TOKEN' } },
  { env: { GITLENS_AGGREGATOR_PORT: '9086' }, key: 'http.aggregator.port', value: 9086 },
  {
    env: { MINDOS_URL: 'http://mindos-orchestrator:8090' },
    key: 'ingest.forwardTo',
    value: 'http://mindos-orchestrator:8090',
  },
  { env: { PRS_CHANNEL_ID: '123456789' }, key: 'discord.channelId', value: '123456789' },
  { env: { CH_PRS_ID: '123456789' }, key: 'discord.channelId', value: '123456789' },
  { env: { PRS_CHANNEL_ID: '11111', CH_PRS_ID: '22222' }, key: 'discord.channelId', value: '11111' },
  { env: { MINDOS_PORT: '9090' }, key: 'http.orchestrator.port', value: 9090 },
  { env: { NODE_ENV: 'production' }, key: 'node.environment', value: 'production' },
  { env: { OPENAI_API_KEY: 'k' }, key: 'model.apiKey', value: { env: 'OPENAI_API_KEY' } },
  { env: { OPENAI_API_KEY_FILE: 'k' }, key: 'model.apiKey', value: { file: '/etc/mm/k' } },
  { env: { OPENAI_API_KEY: '', AI_API_KEY: 'k' }, key: 'model.apiKey', value: { env: 'AI_API_KEY' } },
  { env: { OPENAI_BASE_URL: 'http://127.0.0.1:8000/v1' }, key: 'model.baseUrl', value: 'http://127.0.0.1:8000/v1' },
  { env: { SERVER_HOST: '127.0.0.1' }, key: 'http.host', value: '127.0.0.1' },
  { env: { KUBERNETES_NAMESPACE: 'claude-jobs' }, key: 'jobs.namespace', value: 'claude-jobs' },
  { env: { JOB_IMAGE: 'anthropic/claude-code:latest' }, key: 'jobs.image', value: 'anthropic/claude-code:latest' },
  { env: { JOB_TTL_SECONDS: '60' }, key: 'jobs.ttl', value: 60_000 },
  { env: { JOB_MEMORY_REQUEST: '1Gi' }, key: 'jobs.memoryRequest', value: '1Gi' },
  { env: { JOB_MEMORY_LIMIT: '8Gi' }, key: 'jobs.memoryLimit', value: '8Gi' },
  { env: { JOB_CPU_REQUEST: '500m' }, key: 'jobs.cpuRequest', value: '500m' },
  { env: { JOB_CPU_LIMIT: '4' }, key: 'jobs.cpuLimit', value: '4' },
  { env: { LOG_LEVEL: 'DEBUG' }, key: 'log.level', value: 'debug' },
  { env: { RUST_LOG: 'warn' }, key: 'log.level', value: 'warn' },
  { env: { RUST_LOG: 'info,mindmesh=trace,hyper=error' }, key: 'log.level', value: 'trace' },
  { env: { RUST_LOG: 'off' }, key: 'log.level', value: 'silent' },
  { env: { RUST_LOG: 'hyper=debug' }, key: 'log.level', value: 'info' },
  { env: { LOG_LEVEL: 'error', RUST_LOG: 'debug' }, key: 'log.level', value: 'error' },
  { env: { GITHUB_WEBHOOK_SECRET: 's' }, key: 'ingest.github.secrets', value: [{ env: 'GITHUB_WEBHOOK_SECRET' }] },
  { env: { GITHUB_TOKEN: 's' }, key: 'github.token', value: { env: 'GITHUB_TOKEN' } },
  { env: { AI_MODEL_PROVIDER: 'anthropic', AI_MODEL_NAME: 'claude-x' }, key: 'model.provider', value: 'anthropic' },
  { env: { AI_MODEL_NAME: 'local' }, key: 'model.name', value: 'local' },
  { env: { AI_TEMPERATURE: '0.1' }, key: 'model.temperature', value: 0.1 },
  { env: { AI_MAX_TOKENS: '100' }, key: 'model.maxTokens', value: 100 },
  { env: { MINDMESH_ROLES: 'general, aggregator' }, key: 'node.roles', value: ['general', 'aggregator'] },
  { env: { MINDMESH_DATA_DIR: 'd' }, key: 'node.dataDir', value: '/etc/mm/d' },
];

for (const { env, key, value } of CASES) {
  const given = Object.entries(env).map(([name, text]) => `${name}=${text}`);
  test(`config / environment / ${given.join(' ')} sets ${key}`, async () => {
    const { settings } = await settingsOf({ env });
    assert.deepEqual(valueAt(settings, key.split('.')), value);
  });
}

test('config / environment / GENERAL_TYPE offers one general, SPECIALIZATION says what it is good at', async () => {
  const { settings } = await settingsOf({ env: { GENERAL_TYPE: 'code-review' } });
  assert.deepEqual(settings.generals, [
    {
      name: 'code-review-general',
      specialisations: ['code_review', 'quality', 'best_practices'],
      capacity: 10,
      concurrency: 2,
    },
  ]);
  const { settings: own } = await settingsOf({ env: { GENERAL_TYPE: 'security', SPECIALIZATION: 'rust, unsafe' } });
  assert.deepEqual(own.generals[0]?.specialisations, ['rust', 'unsafe']);
});

const ALIASES: readonly (readonly [text: string, name: string])[] = [
  ['qa-general', 'quality-assurance-general'],
  ['general-purpose', 'general-purpose-general'],
  ['architecture', 'architecture-general'],
  ['developer-general', 'developer-general'],
];
for (const [text, name] of ALIASES) {
  test(`config / environment / GENERAL_TYPE=${text} means ${name}`, async () => {
    const { settings } = await settingsOf({ env: { GENERAL_TYPE: text } });
    assert.deepEqual(
      settings.generals.map((general) => general.name),
      [name],
    );
  });
}

test("config / environment / SERVER_PORT is the port of a node's only role, and its own port beats it", async () => {
  const alone = { yaml: 'node: { roles: orchestrator }\n', env: { SERVER_PORT: '8000' } };
  const { settings, sources } = await settingsOf(alone);
  assert.equal(settings.http.orchestrator.port, 8000);
  assert.deepEqual(sources.get('http.orchestrator.port'), { from: 'environment', name: 'SERVER_PORT' });
  const { settings: own } = await settingsOf({ ...alone, env: { SERVER_PORT: '8000', MINDOS_PORT: '8091' } });
  assert.equal(own.http.orchestrator.port, 8091);
  const env = { SERVER_PORT: '8000', GITLENS_AGGREGATOR_PORT: '8001', MINDOS_PORT: '8002' };
  const { settings: all } = await settingsOf({ env });
  assert.deepEqual([all.http.aggregator.port, all.http.orchestrator.port, all.http.general.port], [8001, 8002, 8000]);
});

test('config / environment / SERVER_PORT for several roles at once is refused', async () => {
  const fault = await faultOf({ env: { SERVER_PORT: '8000', MINDOS_PORT: '8002' } });
  assert.match(fault.message, /\$SERVER_PORT: http\.port: would be the port of aggregator and general at once/);
});

test('config / environment / what a Service named mindmesh injects sets nothing', async () => {
  const env = {
    MINDMESH_PORT: 'tcp://10.96.0.9:8086',
    MINDMESH_SERVICE_HOST: '10.96.0.9',
    MINDMESH_SERVICE_PORT: '8086',
    MINDMESH_PORT_8086_TCP: 'tcp://10.96.0.9:8086',
  };
  const { sources } = await settingsOf({ env });
  assert.ok([...sources.values()].every(({ from }) => from === 'default'));
});

test('config / environment / every variable sets a known key, and no name of ours can be a Service’s', () => {
  const keys = settableKeys().map(({ key }) => key);
  assert.deepEqual(
    ENVIRONMENT.filter(({ key }) => !keys.includes(key)),
    [],
  );
  const injected = /^MINDMESH_(.*_)?(SERVICE_(HOST|PORT)|PORT)(_|$)/;
  assert.deepEqual(
    ENVIRONMENT.filter(({ name }) => injected.test(name) && !name.endsWith('_LISTEN_PORT')),
    [],
  );
});
