import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { FILES, type Files } from '../../../../daemon/config/files.ts';
import { readSecretFile } from '../../../../daemon/config/read-secret.ts';
import { Secret } from '../../../../daemon/config/secret.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import { configOf, faultOf } from './loading.ts';

test('config / secret / it prints as stars wherever it is printed', () => {
  const secret = new Secret('hunter2', '/k');
  const shown = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect({ a: [secret] }),
    inspect(secret, { showHidden: true }),
  ];
  for (const text of shown) {
    assert.ok(text.includes('***'), text);
    assert.ok(!text.includes('hunter2'), text);
  }
  assert.deepEqual(Object.values(secret), ['/k']);
  assert.equal(secret.reveal(), 'hunter2');
});

test('config / secret / files and variables are read, the ending newline is not part of it', async () => {
  const { config } = await configOf({
    yaml: 'ingest: { github: { secrets: [{ file: new }, { env: OLD }] } }\nmodel: { apiKey: { file: /run/key } }\n',
    texts: { '/etc/mm/new': 'one\n', '/run/key': 'two\r\n' },
    env: { OLD: 'three', GITHUB_TOKEN: 'four' },
  });
  assert.deepEqual(
    config.ingest.github.secrets.map((secret) => secret.reveal()),
    ['one', 'three'],
  );
  assert.equal(config.model.apiKey?.reveal(), 'two');
  assert.equal(config.github.token?.reveal(), 'four');
  assert.ok(!JSON.stringify(config).includes('three'));
});

test('config / secret / each provider of models has a key of its own', async () => {
  const provider = (name: string) => `{ name: ${name}, apiKey: { file: ${name} }, models: [{ name: m }] }`;
  const { config } = await configOf({
    yaml: `model: { providers: [${provider('one')}, ${provider('two')}, { name: none, models: [{ name: m }] }] }\n`,
    texts: { '/etc/mm/one': 'first\n', '/etc/mm/two': 'second\n' },
  });
  const keys = config.model.providers.map(({ apiKey }) => apiKey?.reveal());
  assert.deepEqual(keys, ['first', 'second', undefined]);
  assert.ok(!JSON.stringify(config).includes('second'));
});

test('config / secret / the key of a GitHub App is read, a number or a client id names the App', async () => {
  for (const [id, value] of [
    ['4711', 4_711],
    ['Iv23abc', 'Iv23abc'],
  ]) {
    const { config } = await configOf({
      yaml: `github: { app: { id: ${id}, privateKey: { file: app.pem } } }\n`,
      texts: { '/etc/mm/app.pem': 'one\ntwo\n' },
    });
    assert.equal(config.github.app?.id, value);
    assert.equal(config.github.app?.privateKey.reveal(), 'one\ntwo');
  }
});

const UNREADABLE: readonly { readonly id: string; readonly yaml: string; readonly says: RegExp }[] = [
  {
    id: 'a missing file',
    yaml: 'model: { apiKey: { file: gone } }\n',
    says: /model\.apiKey cannot be read from \/etc\/mm\/gone: there is no such file/,
  },
  { id: 'an empty file', yaml: 'model: { apiKey: { file: empty } }\n', says: /it is empty/ },
  {
    id: 'an unset variable',
    yaml: 'discord: { token: { env: NOWHERE } }\n',
    says: /discord\.token cannot be read from \$NOWHERE: it is not set/,
  },
];
for (const { id, yaml, says } of UNREADABLE) {
  test(`config / secret / ${id} is named`, async () => {
    const fault = await faultOf({ yaml, texts: { '/etc/mm/empty': '\n' } });
    assert.equal(fault.code, 'secret-unreadable');
    assert.match(fault.message, says);
  });
}

test('config / secret / both file and env, or neither, is refused', async () => {
  for (const ref of ['{ file: a, env: B }', '{}']) {
    assert.match((await faultOf({ yaml: `model: { apiKey: ${ref} }\n` })).message, /wants either file or env/);
  }
});

const MODES: readonly { readonly mode: number; readonly gid: number; readonly exposed: boolean }[] = [
  { mode: 0o600, gid: 7, exposed: false },
  { mode: 0o400, gid: 7, exposed: false },
  { mode: 0o440, gid: 5, exposed: false },
  { mode: 0o640, gid: 7, exposed: true },
  { mode: 0o604, gid: 5, exposed: true },
  { mode: 0o602, gid: 5, exposed: true },
  { mode: 0o644, gid: 5, exposed: true },
];
for (const { mode, gid, exposed } of MODES) {
  test(`config / secret / mode ${mode.toString(8)} of group ${gid} is ${exposed ? 'refused' : 'taken'} by a process of group 5`, async () => {
    const files: Files = {
      read: async () => 's',
      owner: async () => ({ mode: 0o100000 | mode, gid }),
      groups: () => [5],
    };
    const read = readSecretFile('key', '/k', files);
    if (!exposed) assert.equal((await read).reveal(), 's');
    else
      await assert.rejects(
        read,
        (error) => hasCode(error, 'secret-exposed') && error.message.includes(mode.toString(8)),
      );
  });
}

test('config / secret / real files: what others can read is refused, also through a link', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'mm-secret-'));
  t.after(() => rm(dir, { recursive: true }));
  const [file, link] = [join(dir, 'key'), join(dir, 'link')];
  await writeFile(file, 'hunter2\n', { mode: 0o600 });
  await symlink(file, link);
  assert.equal((await readSecretFile('key', link, FILES)).reveal(), 'hunter2');
  await chmod(file, 0o644);
  await assert.rejects(readSecretFile('key', link, FILES), (error) => hasCode(error, 'secret-exposed'));
});
