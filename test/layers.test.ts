import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { describeBreach, findBreaches } from '../scripts/layers/find-breaches.ts';
import { readSource, type SourceFile } from '../scripts/layers/read-source.ts';
import { LAYER_RULES } from '../scripts/layers/rules.ts';

const root = resolve(import.meta.dirname, '..');
const SOURCE_FOLDERS = ['protocols', 'roles', 'daemon', 'bench', 'scripts'];
const SOURCE = /\.(ts|mts|cts|tsx|js|mjs|cjs)$/;

function readSources(): SourceFile[] {
  return SOURCE_FOLDERS.filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
    )
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => SOURCE.test(path) && !path.includes('/node_modules/'))
    .map((path) => readSource(path, readFileSync(join(root, path), 'utf8')));
}

test('layers / imports / every file keeps to the table of who may import whom', () => {
  const breaches = findBreaches(readSources(), LAYER_RULES).map(describeBreach);
  assert.deepEqual(breaches, []);
});

test('layers / imports / the files of every folder were read', () => {
  const sources = readSources();
  assert.ok(sources.length > 0);
  for (const path of ['scripts/layers/rules.ts', 'protocols/ids.ts']) {
    assert.ok(
      sources.some(({ file }) => file === path),
      path,
    );
  }
});

test('layers / packages / every dependency of package.json has a home', () => {
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const homes = Object.keys(LAYER_RULES.homes);
  const isHomed = (name: string): boolean => homes.includes(name) || homes.includes(`${name.split('/')[0]}/*`);
  assert.deepEqual(
    Object.keys(dependencies).filter((name) => !isHomed(name)),
    [],
  );
});
