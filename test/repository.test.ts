import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { OLDEST_NODE_MAJOR } from '../scripts/install-state.js';

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const packageJson = JSON.parse(read('package.json'));

interface Entry {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

/** Where Node looks for a package that `path` imports: its own folder, then each one above, down to the repository. */
function foldersAbove(path: string): string[] {
  const parts = path.split('node_modules/').slice(1);
  return [...parts.keys(), parts.length].map((count) =>
    parts
      .slice(0, count)
      .map((part) => `node_modules/${part.replace(/\/?$/, '/')}`)
      .join(''),
  );
}

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

test('repository / lockfile / holds every package it asks for, also for other platforms', () => {
  const { packages }: { packages: Record<string, Entry> } = JSON.parse(read('package-lock.json'));
  const absent = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !foldersAbove(path).some((folder) => packages[`${folder}node_modules/${name}`] !== undefined))
      .map((name) => `${name}, asked for by ${path || 'package.json'}`),
  );
  // With a hole in it npm ci refuses the lockfile; npm install leaves one when a registry lacks the package.
  assert.deepEqual(absent, []);
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
