import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { OLDEST_NODE_MAJOR } from '../scripts/install-state.js';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const packageJson = JSON.parse(read('package.json'));

test('repository / lockfile / names no registry, so that a mirror serves as well', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  const entries = Object.entries<{ resolved?: string }>(packages);
  assert.ok(entries.length > 100);
  assert.deepEqual(
    entries.filter(([, { resolved }]) => resolved !== undefined),
    [],
  );
  assert.doesNotMatch(read('.npmrc'), /registry\s*=\s*\S*:/);
});

test('repository / lockfile / pins every package by the hash of its bytes', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  const entries = Object.entries<{ integrity?: string }>(packages).filter(([path]) => path !== '');
  assert.deepEqual(
    entries.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')),
    [],
  );
});

test('repository / lockfile / holds the packages for every platform, not only for the one it was made on', () => {
  const { packages } = JSON.parse(read('package-lock.json'));
  const entries = Object.values<{ optionalDependencies?: Record<string, string> }>(packages);
  const asked = entries.flatMap(({ optionalDependencies }) => Object.keys(optionalDependencies ?? {}));
  const held = Object.keys(packages).map((path) => path.split('node_modules/').at(-1));
  assert.ok(asked.includes('@biomejs/cli-win32-x64'));
  assert.deepEqual(
    asked.filter((name) => !held.includes(name)),
    [],
  );
});

test('repository / package.json / every version is exact', () => {
  const { dependencies, devDependencies, optionalDependencies } = packageJson;
  const versions = Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
  assert.deepEqual(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    [],
  );
});

test('repository / package.json / the Node packages are one version, and `engines` says what the installer checks', () => {
  const versions = Object.entries<string>(packageJson.optionalDependencies).filter(([name]) =>
    name.startsWith('node-'),
  );
  assert.equal(versions.length, 5);
  assert.equal(new Set(versions.map(([, version]) => version)).size, 1);
  assert.equal(packageJson.engines.node, `>=${OLDEST_NODE_MAJOR}`);
});

test('repository / package.json / every script for people installs first what is missing', () => {
  const names = Object.keys(packageJson.scripts).filter((name) => !name.startsWith('pre'));
  const bare = names.filter((name) => packageJson.scripts[`pre${name}`] !== 'node scripts/ensure-install.js');
  assert.deepEqual(bare, []);
});

test('repository / Node / npm scripts run on the Node of the packages or a newer one', () => {
  assert.ok(Number.parseInt(process.versions.node, 10) >= OLDEST_NODE_MAJOR, process.version);
});
