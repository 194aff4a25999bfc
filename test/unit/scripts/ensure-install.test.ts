import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';

const scripts = resolve(import.meta.dirname, '../../../scripts');
const scratch = mkdtempSync(join(tmpdir(), 'mindmesh-install-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

// Nothing leaves the machine: the packages are files, and the registry is a port nobody listens on.
const env = {
  ...process.env,
  npm_config_registry: 'http://127.0.0.1:9/',
  npm_config_fetch_retries: '0',
  npm_config_cache: join(scratch, 'cache'),
};

function run(cwd: string, command: string, args: string[], extra: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...env, ...extra } });
}

function npm(cwd: string, ...args: string[]): void {
  const result = run(cwd, 'npm', args);
  assert.equal(result.status, 0, result.stderr);
}

function pack(version: string): string {
  const folder = join(scratch, `seed-${version}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'seed', version }));
  npm(folder, 'pack', '--pack-destination', scratch);
  return `file:${join(scratch, `seed-${version}.tgz`)}`;
}

function makeProject(name: string, seed: string): string {
  const folder = join(scratch, name);
  mkdirSync(join(folder, 'scripts'), { recursive: true });
  for (const file of ['ensure-install.js', 'install-state.js'])
    cpSync(join(scripts, file), join(folder, 'scripts', file));
  depend(folder, seed);
  return folder;
}

function depend(folder: string, seed: string): void {
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'p', version: '1.0.0', type: 'module', dependencies: { seed } }),
  );
  npm(folder, 'install', '--package-lock-only');
}

function ensure(folder: string, extra: NodeJS.ProcessEnv = {}): SpawnSyncReturns<string> {
  return run(folder, process.execPath, ['scripts/ensure-install.js'], extra);
}

function assertInstalls(folder: string, reason: RegExp): void {
  const { status, stdout, stderr } = ensure(folder);
  assert.equal(status, 0, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, reason);
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
  assert.ok(existsSync(join(folder, 'node_modules/seed/package.json')));
  const again = ensure(folder);
  assert.deepEqual([again.status, again.stdout, again.stderr], [0, '', '']);
}

test('scripts / ensure install / it installs once, mends what differs, and is silent otherwise', () => {
  const folder = makeProject('mends', pack('1.0.0'));
  assertInstalls(folder, /^mindmesh: installing packages with npm ci \(first start\)/);
  rmSync(join(folder, 'node_modules/seed'), { recursive: true });
  assertInstalls(folder, /1 to mend, such as node_modules\/seed/);
  const pulled = makeProject('pulled', pack('1.0.1'));
  for (const file of ['package.json', 'package-lock.json']) cpSync(join(pulled, file), join(folder, file));
  assertInstalls(folder, /1 to mend, such as node_modules\/seed/);
});

test('scripts / ensure install / a registry out of reach ends with one sentence that says so, also under --silent', () => {
  const folder = makeProject('offline', pack('2.0.0'));
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'p', version: '1.0.0', type: 'module', dependencies: { zod: '4.0.0' } }),
  );
  const packages = { '': { dependencies: { zod: '4.0.0' } }, 'node_modules/zod': { version: '4.0.0' } };
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ name: 'p', lockfileVersion: 3, packages }));
  const { status, stderr } = ensure(folder, { npm_config_loglevel: 'silent' });
  assert.equal(status, 1);
  assert.match(stderr.trimEnd().split('\n').at(-1) ?? '', /^mindmesh: .*registry cannot be reached/);
});

test('scripts / ensure install / a missing npm ends with one sentence that says so', () => {
  const folder = makeProject('no-npm', pack('3.0.0'));
  const { status, stderr } = ensure(folder, { PATH: scratch, npm_execpath: undefined });
  assert.equal(status, 1);
  assert.match(stderr, /\nmindmesh: npm was not found[^\n]*\n$/);
});

test('scripts / ensure install / a missing lockfile ends with one sentence that says so', () => {
  const folder = makeProject('no-lock', pack('4.0.0'));
  rmSync(join(folder, 'package-lock.json'));
  const { status, stderr } = ensure(folder);
  assert.equal(status, 1);
  assert.match(stderr, /^mindmesh: package-lock.json is missing or damaged[^\n]*\n$/);
});
