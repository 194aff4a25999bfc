import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BreachKind, describeBreach, findBreaches } from '../../../../scripts/layers/find-breaches.ts';
import type { SourceFile } from '../../../../scripts/layers/read-source.ts';
import { LAYER_RULES } from '../../../../scripts/layers/rules.ts';

interface Case {
  readonly file: string;
  readonly imports?: readonly (string | undefined)[];
  readonly ambient?: readonly string[];
}

function source({ file, imports = [], ambient = [] }: Case): SourceFile {
  return {
    file,
    imports: imports.map((specifier) => ({ specifier, line: 7 })),
    ambient: ambient.map((name) => ({ name, line: 9 })),
  };
}

const allowed: readonly Case[] = [
  { file: 'protocols/event.ts', imports: ['zod', 'zod/v4', 'node:crypto', 'node:buffer', './ids.ts'] },
  { file: 'roles/role.ts', imports: ['../protocols/event.ts', './ports/runtime.ts'] },
  { file: 'roles/ports/disk.ts', imports: ['../../protocols/record.ts', './runtime.ts'] },
  { file: 'roles/policy/backoff.ts', imports: ['../../protocols/ids.ts'] },
  { file: 'roles/replica/log.ts', imports: ['./chain.ts', '../ports/disk.ts', '../policy/backoff.ts', 'zod'] },
  {
    file: 'roles/general/general.ts',
    imports: ['./session.ts', '../role.ts', '../ports/model.ts', '../policy/lease.ts', '../replica/log.ts'],
  },
  { file: 'daemon/config/load.ts', imports: ['./mesh.ts', '../../protocols/errors.ts', 'yaml', 'zod', 'node:fs'] },
  { file: 'daemon/mesh/node.ts', imports: ['libp2p', '@libp2p/tcp', '@multiformats/multiaddr', '@libp2p/crypto/keys'] },
  {
    file: 'daemon/mesh/node.ts',
    imports: ['../config/mesh.ts', '../../roles/ports/mesh.ts', './gossip.ts', 'node:net'],
  },
  { file: 'daemon/store/level.ts', imports: ['level'], ambient: ['Date.now', 'setTimeout'] },
  { file: 'daemon/http/server.ts', imports: ['fastify', '@fastify/swagger', 'fastify-type-provider-zod', 'node:http'] },
  { file: 'daemon/http/webhooks.ts', imports: ['node:http', '../../roles/ports/ingest.ts'] },
  { file: 'daemon/model/openai.ts', imports: ['openai', 'openai/resources/chat'] },
  { file: 'daemon/templates.ts', imports: ['handlebars', '../roles/ports/templates.ts', './config/load.ts'] },
  { file: 'daemon/log.ts', imports: ['pino'] },
  {
    file: 'daemon/compose.ts',
    imports: ['./mesh/node.ts', './log.ts', '../roles/general/general.ts', './lifecycle.ts'],
  },
  { file: 'daemon/lifecycle.ts', imports: ['./compose.ts'] },
  { file: 'daemon/cli/run.ts', imports: ['../compose.ts', '../config/load.ts', './table.ts', 'yargs', 'yaml'] },
  { file: 'daemon/cli/dev.ts', imports: ['../compose.ts', '../dev/dev.ts', '../lifecycle.ts'] },
  { file: 'daemon/cli/keygen.ts', imports: ['../mesh/identity.ts', './table.ts'] },
  { file: 'daemon/cli/check.ts', imports: ['../compose-check.ts'] },
  {
    file: 'daemon/dev/mesh.ts',
    imports: ['./child.ts', '../cli/client.ts', '../mesh/identity.ts', '../config/load.ts', '../lifecycle.ts'],
  },
  { file: 'daemon/main.ts', imports: ['./cli/commands.ts'] },
  { file: 'bench/main.ts', imports: ['fastify', 'probot', '../daemon/compose.ts'] },
  { file: 'scripts/build.ts', imports: ['esbuild', '../protocols/errors.ts', './layers/rules.ts'] },
];

for (const item of allowed) {
  test(`layers / breaches / ${item.file} may import ${item.imports?.join(' ')}`, () => {
    assert.deepEqual(findBreaches([source(item)], LAYER_RULES), []);
  });
}

const refused: readonly (Case & { readonly kind: keyof typeof BreachKind })[] = [
  { kind: 'direction', file: 'protocols/event.ts', imports: ['../roles/ports/disk.ts'] },
  { kind: 'direction', file: 'protocols/event.ts', imports: ['../daemon/log.ts'] },
  { kind: 'direction', file: 'roles/ports/disk.ts', imports: ['../policy/backoff.ts'] },
  { kind: 'direction', file: 'roles/policy/lease.ts', imports: ['../ports/runtime.ts'] },
  { kind: 'direction', file: 'roles/replica/log.ts', imports: ['../general/general.ts'] },
  { kind: 'direction', file: 'roles/general/general.ts', imports: ['../orchestrator/task.ts'] },
  { kind: 'direction', file: 'roles/general/general.ts', imports: ['../../daemon/store/level.ts'] },
  { kind: 'direction', file: 'roles/general/general.ts', imports: ['../../test/fakes/disk.ts'] },
  { kind: 'direction', file: 'daemon/config/load.ts', imports: ['../log.ts'] },
  { kind: 'direction', file: 'daemon/mesh/node.ts', imports: ['../store/level.ts'] },
  { kind: 'direction', file: 'daemon/mesh/node.ts', imports: ['../../roles/orchestrator/roster.ts'] },
  { kind: 'direction', file: 'daemon/http/server.ts', imports: ['../compose.ts'] },
  { kind: 'direction', file: 'daemon/log.ts', imports: ['./mesh/node.ts'] },
  { kind: 'direction', file: 'daemon/compose.ts', imports: ['./cli/run.ts'] },
  { kind: 'direction', file: 'daemon/cli/status.ts', imports: ['../compose.ts'] },
  { kind: 'direction', file: 'daemon/cli/status.ts', imports: ['../dev/pointer.ts'] },
  { kind: 'direction', file: 'daemon/cli/keygen.ts', imports: ['../mesh/node.ts'] },
  { kind: 'direction', file: 'daemon/dev/dev.ts', imports: ['../compose.ts'] },
  { kind: 'direction', file: 'daemon/dev/dev.ts', imports: ['../cli/commands.ts'] },
  { kind: 'direction', file: 'daemon/compose.ts', imports: ['./dev/dev.ts'] },
  { kind: 'direction', file: 'daemon/main.ts', imports: ['./compose.ts'] },
  { kind: 'direction', file: 'daemon/mesh/node.ts', imports: ['../../bench/main.ts'] },
  { kind: 'direction', file: 'roles/general/general.ts', imports: ['../../../elsewhere.ts'] },
  { kind: 'home', file: 'daemon/http/server.ts', imports: ['libp2p'] },
  { kind: 'home', file: 'roles/general/general.ts', imports: ['@libp2p/interface'] },
  { kind: 'home', file: 'daemon/mesh/node.ts', imports: ['level'] },
  { kind: 'home', file: 'daemon/mesh/node.ts', imports: ['fastify/types/reply.js'] },
  { kind: 'home', file: 'daemon/mesh/node.ts', imports: ['yargs/helpers'] },
  { kind: 'homeless', file: 'daemon/mesh/node.ts', imports: ['left-pad'] },
  { kind: 'homeless', file: 'daemon/mesh/node.ts', imports: ['esbuild'] },
  { kind: 'homeless', file: 'daemon/http/server.ts', imports: ['axios'] },
  { kind: 'builtin', file: 'roles/general/general.ts', imports: ['node:fs'] },
  { kind: 'builtin', file: 'roles/general/general.ts', imports: ['node:timers/promises'] },
  { kind: 'builtin', file: 'protocols/event.ts', imports: ['http'] },
  { kind: 'builtin', file: 'roles/ports/disk.ts', imports: ['node:net'] },
  { kind: 'index', file: 'roles/general/index.ts' },
  { kind: 'index', file: 'daemon/index.ts' },
  { kind: 'computed', file: 'daemon/cli/commands.ts', imports: [undefined] },
  { kind: 'ambient', file: 'roles/general/general.ts', ambient: ['Date.now'] },
  { kind: 'ambient', file: 'protocols/event.ts', ambient: ['Math.random'] },
  { kind: 'roomless', file: 'utils/strings.ts' },
  { kind: 'roomless', file: 'roles/helpers.ts' },
];

for (const { kind, ...item } of refused) {
  const what = item.imports?.join(' ') ?? item.ambient?.join(' ') ?? 'nothing';
  test(`layers / breaches / ${item.file} with ${what} is a breach: ${kind}`, () => {
    const breaches = findBreaches([source(item)], LAYER_RULES);
    assert.deepEqual(
      breaches.map((breach) => breach.kind),
      [kind],
    );
  });
}

test('layers / breaches / every kind of breach is shown above', () => {
  const kinds: Record<keyof typeof BreachKind, true> = {
    roomless: true,
    index: true,
    computed: true,
    direction: true,
    builtin: true,
    homeless: true,
    home: true,
    ambient: true,
  };
  assert.deepEqual([...new Set(refused.map(({ kind }) => kind))].sort(), Object.keys(kinds).sort());
});

test('layers / breaches / a breach names file, line and what is wrong', () => {
  const [breach] = findBreaches([source({ file: 'daemon/mesh/node.ts', imports: ['level'] })], LAYER_RULES);
  assert.equal(
    breach && describeBreach(breach),
    'daemon/mesh/node.ts:7 imports a package that has its home elsewhere: level',
  );
});
