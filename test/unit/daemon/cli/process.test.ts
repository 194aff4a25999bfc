import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { waitFor } from '../../../support/wait-for.ts';
import { STATUS } from './fixture-views.ts';
import { json, operatorServer } from './operator-server.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

/** Writes the address of every module that is resolved to standard error. */
const TELL_IMPORTS = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      process.stderr.write('import ' + resolved.url + '\\n');
      return resolved;
    },
  });
`)}`;

/** `mindmesh` as a process of its own, with nothing of this machine's environment that it reads. */
function mindmesh(
  t: TestContext,
  argv: readonly string[],
  nodeArgs: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['--import', 'tsx', ...nodeArgs, resolve(ROOT, 'daemon/main.ts'), ...argv], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, XDG_RUNTIME_DIR: '/nowhere' },
  });
  child.stdin.end();
  t.after(() => child.kill('SIGKILL'));
  return child;
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<{ code: unknown; out: string; err: string }> {
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

test('cli / process / the exit code and both streams are those of the command', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/status': json(STATUS) });
  const [well, down, wrong] = await Promise.all([
    ended(mindmesh(t, ['status', '--socket', socket])),
    ended(mindmesh(t, ['status', '--socket', `${socket}.none`])),
    ended(mindmesh(t, ['stat'])),
  ]);
  assert.equal(well.code, 0);
  assert.match(well.out, /^reviewers is ready/);
  assert.equal(well.err, '');
  assert.deepEqual([down.code, down.out], [5, '']);
  assert.match(down.err, /^error: no daemon answers/);
  assert.equal(wrong.code, 2);
});

test('cli / process / status loads neither the mesh, nor the store, nor a web server', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/status': json(STATUS) });
  const { code, err } = await ended(mindmesh(t, ['status', '--socket', socket], ['--import', TELL_IMPORTS]));
  assert.equal(code, 0);
  const packages = new Set([...err.matchAll(/node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(([, name]) => name));
  assert.ok(packages.has('yargs') && packages.has('zod'), 'the imports were seen');
  for (const name of ['libp2p', 'fastify', 'level', 'pino', 'openai', 'handlebars', 'prom-client', 'yaml']) {
    assert.ok(!packages.has(name), name);
  }
  assert.ok(![...packages].some((name) => name?.startsWith('@libp2p/')));
  assert.ok(!err.includes('/daemon/config/config.ts'), 'the schemas of the configuration are not needed');
});

test('cli / process / ctrl-C ends a watch with 0', async (t) => {
  const { socket, asked } = await operatorServer(t, { '/v1/status': json(STATUS) });
  const child = mindmesh(t, ['status', '-w', '--interval', '100ms', '--socket', socket]);
  const end = ended(child);
  await waitFor('the second look', () => asked.length >= 2);
  child.kill('SIGINT');
  assert.equal((await end).code, 0);
});

test('cli / process / a reader that leaves early is no fault', async (t) => {
  const child = mindmesh(t, ['config', 'docs']);
  child.stdout.destroy();
  const [[code], err] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  assert.equal(code, 0);
  assert.equal(err, '');
});
