import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOf, settingsOf } from './loading.ts';

test('config / load / without file, flags and variables every key has its default', async () => {
  const { settings, sources, file } = await settingsOf({});
  assert.equal(file, undefined);
  assert.equal(settings.node.name, 'box');
  assert.equal(settings.node.dataDir, '/etc/mm/.mindmesh');
  assert.equal(settings.node.socket, '/etc/mm/.mindmesh/mindmesh.sock');
  assert.equal(settings.http.auth.tokenFile, '/etc/mm/.mindmesh/token');
  assert.equal(settings.generals.length, 13);
  assert.deepEqual(settings.routing, {
    defaults: true,
    unrouted: 'general-purpose-general',
    deadline: 86_400_000,
    waitingDeadline: 604_800_000,
  });
  assert.ok([...sources.values()].every(({ from }) => from === 'default'));
});

test('config / load / a flag beats the environment, that the file, that the default', async () => {
  const yaml = 'node: { org: from-file, cluster: from-file, region: from-file }\n';
  const env = { MINDMESH_ORG: 'from-env', MINDMESH_CLUSTER: 'from-env' };
  const { settings, sources } = await settingsOf({ yaml, env, flags: { org: 'from-flag' } });
  assert.equal(settings.node.org, 'from-flag');
  assert.equal(settings.node.cluster, 'from-env');
  assert.equal(settings.node.region, 'from-file');
  assert.deepEqual(sources.get('node.org'), { from: 'flag', name: 'org' });
  assert.deepEqual(sources.get('node.cluster'), { from: 'environment', name: 'MINDMESH_CLUSTER' });
  assert.deepEqual(sources.get('node.region'), { from: 'file', file: 'mindmesh.yaml', line: 1 });
  assert.deepEqual(sources.get('node.socket'), { from: 'default' });
});

test('config / load / every problem of the file is listed at once, with its line and a suggestion', async () => {
  const yaml = [
    'node:',
    '  orgg: acme',
    '  roles: [agregator]',
    'mesh:',
    '  prot: 1',
    '  port: 99999',
    '  peers:',
    '    - peer: nobody',
    '      adresses: [/ip4/10.0.0.1/tcp/1]',
    'ingest:',
    '  readDeadline: 10',
    '  maxBodyBytes: many',
    'model:',
    '  apiKey: sk-very-secret',
    '  temperature: hot',
    'routes:',
    '  - generals: [security]',
    '    startegy: broadcast',
    'port: 8080',
    '',
  ].join('\n');
  const fault = await faultOf({ yaml });
  assert.equal(fault.code, 'config-invalid');
  assert.deepEqual(fault.message.split('\n').slice(1), [
    '  mindmesh.yaml:2: node.orgg: is not a known key; did you mean node.org?',
    '  mindmesh.yaml:3: node.roles[0]: wants one of aggregator, orchestrator, general',
    '  mindmesh.yaml:5: mesh.prot: is not a known key; did you mean mesh.port?',
    '  mindmesh.yaml:6: mesh.port: is not a port (0 to 65535)',
    '  mindmesh.yaml:8: mesh.peers[0].peer: is not a peer id',
    '  mindmesh.yaml:9: mesh.peers[0].adresses: is not a known key; did you mean mesh.peers[0].addresses?',
    '  mindmesh.yaml:11: ingest.readDeadline: write a time with its unit, like 30s, 5m or 24h',
    '  mindmesh.yaml:12: ingest.maxBodyBytes: is not a size like 512, 64KiB, 25MiB or 1GiB',
    '  mindmesh.yaml:14: model.apiKey: a secret is not written here: use {file: PATH} or {env: NAME}',
    '  mindmesh.yaml:15: model.temperature: wants a number, not text',
    '  mindmesh.yaml:18: routes[0].startegy: is not a known key; did you mean routes[0].strategy?',
    '  mindmesh.yaml:19: port: is not a known key; did you mean mesh.port?',
  ]);
  assert.ok(!fault.message.includes('sk-very-secret'));
});

test('config / load / problems of file, environment and flags come together', async () => {
  const fault = await faultOf({
    yaml: 'http: { hots: x }\n',
    env: { SERVER_PORT: 'tcp://10.0.0.7:80', SPECIALIZATION: 'docs' },
    flags: { 'mesh-port': 'seven' },
  });
  assert.deepEqual(fault.message.split('\n').slice(1), [
    '  mindmesh.yaml:1: http.hots: is not a known key; did you mean http.host?',
    '  $SERVER_PORT: http.port: is not a port (0 to 65535) (it looks like what Kubernetes sets for a Service of that name: enableServiceLinks: false stops that)',
    '  --mesh-port: mesh.port: is not a port (0 to 65535)',
    '  $SPECIALIZATION: generals: means nothing without GENERAL_TYPE',
  ]);
});

const BROKEN: readonly { readonly id: string; readonly yaml: string; readonly says: RegExp }[] = [
  { id: 'no YAML', yaml: 'node: [\n', says: /mindmesh\.yaml:\d+: / },
  { id: 'a list', yaml: '- node\n', says: /is not a mapping of keys/ },
  { id: 'a key twice', yaml: 'node: {}\nnode: {}\n', says: /mindmesh\.yaml:2: .*unique/ },
  {
    id: 'two ports alike',
    yaml: 'http: { general: { port: 8086 } }\n',
    says: /mindmesh\.yaml:1: http\.general\.port: is 8086, like http\.aggregator\.port/,
  },
  {
    id: 'an endless socket path',
    yaml: `node: { socket: /tmp/${'x'.repeat(120)} }\n`,
    says: /node\.socket: .* has 125 bytes/,
  },
  {
    id: 'a retention that forgets what is still tried',
    yaml: 'node: { retention: 3d }\n',
    says: /node\.retention: is shorter than routing\.deadline or routing\.waitingDeadline; make it as long/,
  },
  {
    id: 'an acknowledgement by a peer without any peer',
    yaml: 'ingest: { ack: peer }\n',
    says: /ingest\.ack: is peer, and mesh\.peers names no other node/,
  },
  {
    id: 'a webhook to look after without access to GitHub',
    yaml: 'ingest: { github: { sweep: { hooks: [{ repository: o/r, hook: 7 }] } } }\n',
    says: /ingest\.github\.sweep\.hooks: wants github\.token or github\.app/,
  },
  {
    id: 'the webhook of no App',
    yaml: 'ingest: { github: { sweep: { hooks: [{ app: true }] } } }\ngithub: { token: { env: T } }\n',
    says: /ingest\.github\.sweep\.hooks: names the webhook of the App, and github\.app is not set/,
  },
  {
    id: 'a webhook without its number',
    yaml: 'ingest: { github: { sweep: { hooks: [{ repository: o/r }] } } }\n',
    says: /ingest\.github\.sweep\.hooks\[0\]: is not \{repository: OWNER\/NAME, hook: NUMBER\}/,
  },
  {
    id: 'a horizon beyond what GitHub keeps',
    yaml: 'ingest: { github: { sweep: { horizon: 4d } } }\n',
    says: /horizon: is longer than the 3d/,
  },
  { id: 'no role', yaml: 'node: { roles: [] }\n', says: /node\.roles: wants at least one role/ },
  { id: 'a rate of nothing', yaml: 'ingest: { rate: { perSource: 0 } }\n', says: /perSource: must be over 0/ },
  { id: 'too hot a model', yaml: 'model: { temperature: 3 }\n', says: /temperature: must be at most 2/ },
  { id: 'an empty host', yaml: 'http: { host: "" }\n', says: /http\.host: must not be empty/ },
  { id: 'a peer without an id', yaml: 'mesh: { peers: [{ name: x }] }\n', says: /mesh\.peers\[0\]\.peer: is missing/ },
  {
    id: 'an unknown general',
    yaml: 'generals: [codereview]\n',
    says: /generals\[0\]\.name: is not a shipped general \(did you mean code-review-general\?\)/,
  },
  {
    id: 'more at once than it takes',
    yaml: 'generals: [{ name: triage, capacity: 1, concurrency: 4 }]\n',
    says: /concurrency: is over the capacity of 1/,
  },
  { id: 'an anthropic gpt', yaml: 'model: { provider: anthropic }\n', says: /model\.name: is gpt-4o-mini/ },
  {
    id: 'a class of a model that nobody has',
    yaml: 'model: { classes: { large: [openai/gpt-4o-mini, claude/opus] } }\n',
    says: /model\.classes\.large: names claude\/opus; there are openai\/gpt-4o-mini/,
  },
  {
    id: 'a model without its provider',
    yaml: 'model: { classes: { small: gpt-4o-mini } }\n',
    says: /small\[0\]: is not a model of a provider/,
  },
  {
    id: 'a provider of a name that is taken',
    yaml: 'model: { baseUrl: http://127.0.0.1/v1, providers: [{ name: openai, models: [{ name: m }] }] }\n',
    says: /model\.providers: has openai twice/,
  },
  {
    id: 'a provider without models',
    yaml: 'model: { providers: [{ name: local, models: [] }] }\n',
    says: /providers\[0\]\.models: names no model/,
  },
  {
    id: 'a budget of an unknown kind',
    yaml: 'model: { budgets: { day: { euros: 3 } } }\n',
    says: /budgets\.day/,
  },
  {
    id: 'a network that is none',
    yaml: 'mesh: { networks: [10.0.0.0/40] }\n',
    says: /mesh\.networks\[0\]: is not a block/,
  },
];

for (const { id, yaml, says } of BROKEN) {
  test(`config / load / ${id} is refused`, async () => {
    const fault = await faultOf({ yaml });
    assert.equal(fault.code, 'config-invalid');
    assert.match(fault.message, says);
  });
}

test('config / load / a peer whose address names another peer, and a peer listed twice, are refused', async () => {
  const [a, b] = [
    '12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp',
    '12D3KooWSoLzampfxc4t3sy9z7yq1Cgzbi7zGXpV7nvt5hfeKUhR',
  ];
  const yaml = `mesh: { peers: [{ peer: ${a}, addresses: /ip4/1.2.3.4/tcp/1/p2p/${b} }, { peer: ${a} }] }\n`;
  const fault = await faultOf({ yaml });
  assert.match(fault.message, /names another peer/);
  assert.match(fault.message, /lists 12D3KooWEyopp\w+ twice/);
});

test('config / load / a named file that is not there is an error, a missing mindmesh.yaml is none', async () => {
  assert.equal((await faultOf({ file: 'other.yaml' })).code, 'config-unreadable');
  assert.equal((await faultOf({ env: { MINDMESH_CONFIG: 'other.yaml' } })).code, 'config-unreadable');
  await settingsOf({});
});

test('config / load / keys without a value count as not there', async () => {
  const { settings } = await settingsOf({ yaml: 'node:\nmesh:\n  peers:\n  port: 7000\n' });
  assert.deepEqual(settings.mesh.peers, []);
  assert.equal(settings.mesh.port, 7000);
});

test('config / load / paths are relative to the file, socket, key and token to the data directory, flags to the working directory', async () => {
  const providers = 'providers: [{ name: other, apiKey: { file: other.key }, models: [{ name: m }] }]';
  const yaml = `node: { dataDir: state }\nmodel: { apiKey: { file: key }, ${providers} }\n`;
  const texts = { '/srv/a/mm.yaml': yaml };
  const given = { cwd: '/home/me', file: '../../srv/a/mm.yaml', texts };
  const { settings } = await settingsOf(given);
  assert.equal(settings.node.dataDir, '/srv/a/state');
  assert.equal(settings.node.keyFile, '/srv/a/state/node.key');
  assert.deepEqual(settings.model.apiKey, { file: '/srv/a/key' });
  assert.deepEqual(settings.model.providers[0]?.apiKey, { file: '/srv/a/other.key' });
  const { settings: moved } = await settingsOf({ ...given, flags: { 'data-dir': 'here', socket: 's.sock' } });
  assert.equal(moved.node.dataDir, '/home/me/here');
  assert.equal(moved.node.socket, '/home/me/s.sock');
});

test('config / load / one value may stand where a list is meant, and short names of generals are completed', async () => {
  const yaml =
    'routes: { match: { kind: pr_created }, generals: qa }\nrouting: { unrouted: triage }\ngenerals: security\n';
  const { settings } = await settingsOf({ yaml });
  assert.deepEqual(settings.routes[0]?.match.kind, ['pr_created']);
  assert.deepEqual(settings.routes[0]?.generals, ['quality-assurance-general']);
  assert.equal(settings.routing.unrouted, 'triage-general');
  assert.deepEqual(
    settings.generals.map(({ name }) => name),
    ['security-general'],
  );
});

test('config / load / discovery.yml beside the file gives the notices of GitLens, and nothing else', async () => {
  const texts = {
    '/etc/mm/discovery.yml': [
      'discord: { token: { env: X }, bot: { rate_limits: { burst: 10 } } }',
      'git:',
      '  gitlens:',
      '    edition: "enterprise"',
      '    webhook: { path: /x }',
      '    notify_to_discord: { enabled: true, channel: "#ops", events: [pr_created] }',
      '',
    ].join('\n'),
  };
  const yaml = 'git: { gitlens: { notify_to_discord: { channel: "#mine" } } }\n';
  const { settings, sources } = await settingsOf({ yaml, texts });
  assert.deepEqual(settings.git.gitlens, {
    edition: 'enterprise',
    notify_to_discord: { enabled: true, channel: '#mine', events: ['pr_created'] },
  });
  assert.deepEqual(settings.discord, {});
  assert.deepEqual(sources.get('git.gitlens.edition'), { from: 'file', file: 'discovery.yml', line: 4 });
  assert.deepEqual(sources.get('discord.token'), { from: 'default' });
});
