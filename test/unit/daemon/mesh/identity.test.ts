import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { createKey, loadIdentity } from '../../../../daemon/mesh/identity.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import { peerIdOf } from '../../../../protocols/ids.ts';

let root: string;
let count = 0;
let file: string;

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'mindmesh-identity-'));
});

beforeEach(() => {
  count++;
  file = join(root, String(count), 'keys', 'node.key');
});

after(() => rm(root, { recursive: true }));

test('mesh / identity / is made once, with its folder, and is the same afterwards', async () => {
  const first = await loadIdentity(file);
  const second = await loadIdentity(file);
  assert.equal(first.identity.peer, second.identity.peer);
  assert.deepEqual(first.privateKey.raw, second.privateKey.raw);
  assert.deepEqual(await readdir(join(file, '..')), ['node.key'], 'no temporary file stays behind');
});

test('mesh / identity / the key file is for this user alone', async () => {
  await loadIdentity(file);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});

test('mesh / identity / two starts at once agree on one key', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, () => loadIdentity(file)));
  assert.equal(new Set(all.map(({ identity }) => identity.peer)).size, 1);
});

test('mesh / identity / a file that the world can reach is refused', async () => {
  await loadIdentity(file);
  for (const mode of [0o604, 0o602, 0o644, 0o666]) {
    await chmod(file, mode);
    await assert.rejects(loadIdentity(file), (error) => {
      return (
        hasCode(error, 'secret-exposed') && error.facts.mode === `0${mode.toString(8)}` && error.fix.includes('600')
      );
    });
  }
});

test('mesh / identity / a group of this process may read it, as in a Kubernetes volume', async () => {
  await loadIdentity(file);
  await chmod(file, 0o640);
  await loadIdentity(file);
});

const DAMAGES: readonly { readonly id: string; readonly change: (text: string) => string }[] = [
  { id: 'empty', change: () => '' },
  { id: 'cut in the middle', change: (text) => text.slice(0, 40) },
  { id: 'not base64', change: () => '-----BEGIN PRIVATE KEY-----' },
  { id: 'one bit of the seed flipped', change: (text) => flip(text, 10) },
  { id: 'one bit of the public half flipped', change: (text) => flip(text, 60) },
  { id: 'zeros, as a power cut can leave', change: (text) => '\0'.repeat(text.length) },
];

for (const { id, change } of DAMAGES) {
  test(`mesh / identity / damaged: ${id} is key-damaged, and the file is left alone`, async () => {
    await loadIdentity(file);
    const damaged = change(await readFile(file, 'utf8'));
    await writeFile(file, damaged);
    await assert.rejects(loadIdentity(file), (error) => hasCode(error, 'key-damaged') && error.facts.file === file);
    assert.equal(await readFile(file, 'utf8'), damaged);
  });
}

test('mesh / identity / a place that cannot be written is told as such', async () => {
  await loadIdentity(file);
  const below = join(file, 'below', 'node.key');
  await assert.rejects(
    loadIdentity(below),
    (error) => hasCode(error, 'secret-unreadable') || hasCode(error, 'data-dir-unusable'),
  );
});

test('mesh / identity / a key from keygen is loaded as the peer it was shown as', async () => {
  const { peer, bytes } = await createKey();
  await loadIdentity(file);
  await writeFile(file, bytes);
  assert.equal((await loadIdentity(file)).identity.peer, peer);
});

test('mesh / identity / signatures are checked by peer id alone', async () => {
  const { identity: one } = await loadIdentity(file);
  const { identity: other } = await loadIdentity(`${file}.other`);
  const bytes = Buffer.from('head');
  const signature = one.sign(bytes);
  assert.ok(other.verify(one.peer, bytes, signature));
  assert.ok(!other.verify(other.peer, bytes, signature), 'another key');
  assert.ok(!other.verify(one.peer, Buffer.from('heads'), signature), 'other bytes');
  assert.ok(!other.verify(one.peer, bytes, signature.subarray(1)), 'a cut signature');
  assert.ok(!other.verify(one.peer, bytes, new Uint8Array(0)), 'no signature');
});

test('mesh / identity / an id that only looks like one has signed nothing', async () => {
  const { identity } = await loadIdentity(file);
  const bytes = Buffer.from('head');
  for (const id of [`12D3KooW${'Z'.repeat(44)}`, 'QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG']) {
    assert.equal(identity.verify(peerIdOf(id), bytes, identity.sign(bytes)), false);
  }
});

function flip(text: string, at: number): string {
  const bytes = Buffer.from(text.trim(), 'base64');
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  return `${bytes.toString('base64')}\n`;
}
