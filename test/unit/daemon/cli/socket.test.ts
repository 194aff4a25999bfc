import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { devPointerFile, readDevPointer } from '../../../../daemon/cli/dev-pointer.ts';
import { findSocket } from '../../../../daemon/cli/socket.ts';
import type { MeshError } from '../../../../protocols/errors.ts';
import { temporaryFolder } from './operator-server.ts';

type Env = Readonly<Record<string, string>>;

async function writePointer(env: Env, pointer: unknown, mode = 0o600): Promise<void> {
  const file = devPointerFile(env);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, typeof pointer === 'string' ? pointer : JSON.stringify(pointer));
  await chmod(file, mode);
}

const DEV = { pid: process.pid, sockets: { orchestrator: '/run/o.sock', builders: '/run/b.sock' } };

test('cli / socket / the flag, --node, the variable, the configuration, the default, the dev mesh: in this order', async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { XDG_RUNTIME_DIR: cwd };
  const find = (args: Record<string, unknown> = {}, more: Env = {}) =>
    findSocket(args, { cwd, env: { ...env, ...more } });

  assert.equal(await find(), join(cwd, '.mindmesh/mindmesh.sock'), 'nothing else is there');
  await writePointer(env, DEV);
  assert.equal(await find(), '/run/o.sock', 'a dev mesh runs');
  assert.equal(await find({ node: 'builders' }), '/run/b.sock');
  await mkdir(join(cwd, '.mindmesh'));
  await writeFile(join(cwd, '.mindmesh/mindmesh.sock'), '');
  assert.equal(await find(), join(cwd, '.mindmesh/mindmesh.sock'), 'a daemon of this folder');
  await writeFile(join(cwd, 'mindmesh.yaml'), 'node: { dataDir: state }\n');
  assert.equal(await find(), '/run/o.sock', 'the configured daemon does not run, the dev mesh does');
  await mkdir(join(cwd, 'state'));
  await writeFile(join(cwd, 'state/mindmesh.sock'), '');
  assert.equal(await find(), join(cwd, 'state/mindmesh.sock'));
  await writeFile(join(cwd, 'other.yaml'), 'node: { socket: /run/other.sock }\n');
  assert.equal(
    await find({ config: 'other.yaml' }),
    '/run/other.sock',
    'a file that is named is meant, running or not',
  );
  assert.equal(await find({}, { MINDMESH_CONFIG: 'other.yaml' }), '/run/other.sock');
  assert.equal(await find({}, { MINDMESH_DATA_DIR: 'd' }), join(cwd, 'd/mindmesh.sock'));
  assert.equal(await find({ config: 'other.yaml' }, { MINDMESH_SOCKET: 'v.sock' }), join(cwd, 'v.sock'));
  assert.equal(await find({ node: 'builders' }, { MINDMESH_SOCKET: 'v.sock' }), '/run/b.sock');
  assert.equal(await find({ socket: 'f.sock', node: 'builders' }, { MINDMESH_SOCKET: 'v.sock' }), join(cwd, 'f.sock'));
});

test('cli / socket / --node of a mesh that does not run, or has no such node, is told apart', async (t) => {
  const cwd = await temporaryFolder(t);
  const env = { XDG_RUNTIME_DIR: cwd };
  const code = (expected: string) => (error: MeshError) => error.code === expected;
  await assert.rejects(findSocket({ node: 'builders' }, { cwd, env }), code('usage'));
  await writePointer(env, DEV);
  await assert.rejects(findSocket({ node: 'nobody' }, { cwd, env }), code('not-found'));
});

test('cli / dev pointer / one that others may write, that is broken, or whose mesh is gone is not believed', async (t) => {
  const env = { XDG_RUNTIME_DIR: await temporaryFolder(t) };
  assert.equal(await readDevPointer(env), undefined);
  await writePointer(env, DEV);
  assert.deepEqual(await readDevPointer(env), DEV);
  await writePointer(env, DEV, 0o666);
  assert.equal(await readDevPointer(env), undefined, 'others may write it');
  await writePointer(env, '{"sockets":');
  assert.equal(await readDevPointer(env), undefined, 'half written');
  // No process has this number: it is above every system's limit.
  await writePointer(env, { ...DEV, pid: 2 ** 30 });
  assert.equal(await readDevPointer(env), undefined, 'its mesh is gone');
  await writePointer(env, DEV);
  await chmod(dirname(devPointerFile(env)), 0o777);
  assert.equal(await readDevPointer(env), undefined, 'others may replace it');
});
