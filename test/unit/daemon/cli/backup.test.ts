import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runCli } from '../../../../daemon/cli/cli.ts';
import { BACKUP_FORMAT, BackupWriter } from '../../../../protocols/backup.ts';
import { encodeFrame } from '../../../../protocols/frames.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { type Answer, operatorServer, problem, temporaryFolder } from './operator-server.ts';

const WHOLE = wholeBackup();

function wholeBackup(): Buffer {
  const about = { node: 'me', peer: peerNamed('me'), org: 'acme', version: '1', madeAt: 1 };
  const writer = new BackupWriter();
  const header = { type: 'backup', format: BACKUP_FORMAT, ...about, logs: 0, records: 0, key: false };
  return Buffer.concat([writer.add(encodeFrame(header)), writer.end()]);
}

const bytes =
  (body: Buffer): Answer =>
  (_request, response) =>
    response.end(body);

test('cli / backup / the file is compressed, for this user only, and what was there before stays unless it is forced', async (t) => {
  const { socket, asked } = await operatorServer(t, { '/v1/backup': bytes(WHOLE) });
  const cwd = await temporaryFolder(t);
  const file = join(cwd, 'b.gz');
  await writeFile(file, 'something else');
  const call = (...args: string[]) => runCli(['backup', 'b.gz', '--socket', socket, ...args], fakeTerminal({ cwd }));
  assert.equal(await call(), 1);
  assert.equal(await readFile(file, 'utf8'), 'something else');
  assert.deepEqual(asked, []);
  assert.equal(await call('--force', '--with-keys'), 0);
  assert.deepEqual(asked, ['GET /v1/backup?key=true']);
  assert.deepEqual(gunzipSync(await readFile(file)), WHOLE);
  assert.equal((await stat(file)).mode & 0o777, 0o600);
});

const TROUBLES: readonly { id: string; answer: Answer; says: RegExp }[] = [
  { id: 'the daemon goes away in the middle', answer: cut, says: /no daemon answers/ },
  { id: 'the daemon ends too early', answer: bytes(WHOLE.subarray(0, -5)), says: /is damaged: it is cut/ },
  { id: 'the daemon cannot', answer: problem(503, 'store-damaged', 'it is damaged', 'mend it'), says: /it is damaged/ },
];

function cut(...[, response]: Parameters<Answer>): void {
  response.write(WHOLE.subarray(0, -5), () => response.destroy());
}

for (const { id, answer, says } of TROUBLES) {
  test(`cli / backup / ${id}: nothing half is left behind`, async (t) => {
    const { socket } = await operatorServer(t, { '/v1/backup': answer });
    const cwd = await temporaryFolder(t);
    const terminal = fakeTerminal({ cwd });
    assert.notEqual(await runCli(['backup', 'b.gz', '--socket', socket], terminal), 0);
    assert.match(terminal.err(), says);
    assert.deepEqual(await readdir(cwd), []);
  });
}

test('cli / backup / ctrl-C in the middle leaves nothing behind', async (t) => {
  const terminal = fakeTerminal({ cwd: await temporaryFolder(t) });
  const { socket } = await operatorServer(t, {
    '/v1/backup': (_request, response) => {
      response.write(WHOLE.subarray(0, -5), () => terminal.interrupt());
    },
  });
  assert.equal(await runCli(['backup', 'b.gz', '--socket', socket], terminal), 1);
  assert.match(terminal.err(), /^error: the backup was interrupted\n/);
  assert.deepEqual(await readdir(terminal.cwd), []);
});

test('cli / backup / it is not written to a terminal, nor into a folder that is not there', async (t) => {
  const { socket } = await operatorServer(t, { '/v1/backup': bytes(WHOLE) });
  assert.equal(await runCli(['backup', '-', '--socket', socket], fakeTerminal({ isTTY: true })), 2);
  const terminal = fakeTerminal({ cwd: await temporaryFolder(t) });
  assert.equal(await runCli(['backup', 'no/b.gz', '--socket', socket], terminal), 1);
  assert.match(terminal.err(), /^error: the file \S+b\.gz cannot be used: ENOENT/);
});
