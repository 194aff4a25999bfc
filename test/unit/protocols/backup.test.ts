import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BACKUP_FORMAT, BackupWriter, readBackup } from '../../../protocols/backup.ts';
import { hasCode } from '../../../protocols/errors.ts';
import { encodeFrame } from '../../../protocols/frames.ts';
import { peerNamed } from '../../fakes/cards.ts';

const HEADER = {
  type: 'backup',
  format: BACKUP_FORMAT,
  node: 'me',
  peer: peerNamed('me'),
  org: 'acme',
  version: '1.2.3',
  madeAt: 1,
  logs: 0,
  records: 0,
  key: true,
};

function backup(header: object = HEADER): Buffer {
  const writer = new BackupWriter();
  const frames = [encodeFrame(header), encodeFrame({ type: 'key' }, [Buffer.from('secret')])];
  return Buffer.concat([...frames.map((frame) => writer.add(frame)), writer.end()]);
}

/** In chunks of so many bytes. */
async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(bytes: Buffer, size = 7) {
  const frames = [];
  for await (const frame of readBackup(chunksOf(bytes, size), 'b.gz')) frames.push(frame);
  return frames;
}

const isDamaged = (error: unknown) => hasCode(error, 'backup-damaged') && error.facts.file === 'b.gz';

describe('a backup as bytes', () => {
  for (const size of [1, 7, 1_000_000]) {
    test(`backup / bytes / what was written is read, in chunks of ${size}`, async () => {
      const frames = await read(backup(), size);
      assert.deepEqual(
        frames.map(({ type }) => type),
        ['backup', 'key', 'end'],
      );
      assert.deepEqual(frames[0]?.header, HEADER);
      assert.equal(Buffer.from(frames[1]?.parts[0] ?? []).toString(), 'secret');
      assert.deepEqual(Buffer.concat(frames.map(({ raw }) => raw)), backup());
    });
  }

  test('backup / bytes / wherever it is cut, that is said', async () => {
    const whole = backup();
    for (let length = 0; length < whole.length; length++) {
      await assert.rejects(read(whole.subarray(0, length)), isDamaged, `cut at ${length}`);
    }
  });

  test('backup / bytes / whichever byte changes, it is refused', async () => {
    for (let at = 0; at < backup().length; at++) {
      const changed = backup();
      changed.writeUInt8(changed.readUInt8(at) ^ 4, at);
      await assert.rejects(
        read(changed),
        (error) => isDamaged(error) || hasCode(error, 'backup-newer'),
        `a changed byte at ${at}`,
      );
    }
  });

  test('backup / bytes / nothing may follow its end, and something else is no backup', async () => {
    await assert.rejects(read(Buffer.concat([backup(), backup()])), isDamaged);
    await assert.rejects(read(Buffer.from('once upon a time there was a text that is no backup')), isDamaged);
    await assert.rejects(read(backup({ type: 'key' })), isDamaged);
  });

  test('backup / bytes / one of a later build names both formats', async () => {
    await assert.rejects(read(backup({ ...HEADER, format: BACKUP_FORMAT + 1 })), (error) => {
      assert.ok(hasCode(error, 'backup-newer'));
      assert.deepEqual(error.facts, { file: 'b.gz', found: BACKUP_FORMAT + 1, known: BACKUP_FORMAT });
      return true;
    });
  });
});
