import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { ENVIRONMENT } from '../../../../daemon/config/environment.ts';
import { FLAGS } from '../../../../daemon/config/flags.ts';
import { allKeys, settableKeys } from '../../../../daemon/config/keys.ts';
import { loadSettings } from '../../../../daemon/config/load.ts';
import { renderReference } from '../../../../daemon/config/reference.ts';
import { configRows } from '../../../../daemon/config/view.ts';

const root = resolve(import.meta.dirname, '../../../..');

test('config / reference / docs/configuration.md is what the schemas say', async () => {
  const text = await readFile(resolve(root, 'docs/configuration.md'), 'utf8');
  assert.equal(text, renderReference(), 'renew it: node --import tsx scripts/generate-configuration.ts');
});

test('config / reference / every key has a help text, every flag a key', () => {
  assert.deepEqual(
    allKeys().filter(({ help, key }) => help === '' && !/^(routes|generals)$/.test(key)),
    [],
  );
  const keys = settableKeys().map(({ key }) => key);
  assert.deepEqual(
    [...FLAGS, ...ENVIRONMENT].filter(({ key }) => !keys.includes(key)),
    [],
  );
});

test('config / example / mindmesh.example.yaml is valid', async () => {
  const { settings, sources } = await loadSettings({ cwd: root, env: {}, file: 'mindmesh.example.yaml' });
  assert.equal(settings.node.org, 'acme');
  const rows = configRows(settings, sources);
  assert.ok(rows.some(({ key, source }) => key === 'node.org' && /^mindmesh\.example\.yaml:\d+$/.test(source)));
  assert.deepEqual(rows.find(({ key }) => key === 'model.timeout')?.value, '1m');
});
