import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { loadToken } from '../../../../daemon/http/token.ts';
import { hasCode } from '../../../../protocols/errors.ts';

async function temporaryFile(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-token-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return join(dir, 'data', 'token');
}

test('http / token / the first start makes one that only this user can read, and later starts keep it', async (t) => {
  const file = await temporaryFile(t);
  const token = await loadToken(file);
  assert.match(token.reveal(), /^[\w-]{43}$/);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
  assert.equal((await readFile(file, 'utf8')).trim(), token.reveal());
  assert.equal((await loadToken(file)).reveal(), token.reveal());
  assert.equal(String(token), '***');
});

test('http / token / processes that start at once agree on one, and leave nothing beside it', async (t) => {
  const file = await temporaryFile(t);
  const tokens = await Promise.all(Array.from({ length: 8 }, () => loadToken(file)));
  assert.equal(new Set(tokens.map((token) => token.reveal())).size, 1);
  assert.deepEqual(await readdir(join(file, '..')), ['token']);
});

test('http / token / a file that the world can read is refused', async (t) => {
  const file = await temporaryFile(t);
  await loadToken(file);
  await chmod(file, 0o644);
  await assert.rejects(loadToken(file), (error) => hasCode(error, 'secret-exposed'));
});

test('http / token / an empty file is no token', async (t) => {
  const file = await temporaryFile(t);
  await loadToken(file);
  await writeFile(file, '\n');
  await assert.rejects(loadToken(file), (error) => hasCode(error, 'secret-unreadable'));
});

test('http / token / a place where none can be made is a clear error', async (t) => {
  const file = await temporaryFile(t);
  await loadToken(file);
  await assert.rejects(loadToken(join(file, 'token')), (error) => hasCode(error, 'secret-unreadable'));
});
