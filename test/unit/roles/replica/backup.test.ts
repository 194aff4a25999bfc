import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type BackupFrame, readBackup } from '../../../../protocols/backup.ts';
import { BLOB_PART_BYTES, blobNameOf } from '../../../../protocols/blob.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import { headBytes, type SignedHead } from '../../../../protocols/record.ts';
import type { Disk } from '../../../../roles/ports/disk.ts';
import { backupOf } from '../../../../roles/replica/backup.ts';
import { BlobParts } from '../../../../roles/replica/backup-blobs.ts';
import { decodeLogFrame } from '../../../../roles/replica/log-frames.ts';
import { type LogPiece, restoreAll } from '../../../../roles/replica/restore.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { fakeIdentity } from '../../../fakes/fake-identity.ts';
import { MemoryBlobs } from '../../../fakes/memory-blobs.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { eventId, eventRecord } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';
import { SimReplicas } from '../../../fakes/sim-replicas.ts';

const { verify } = fakeIdentity(peerNamed('a'));
const about = { node: 'a', peer: peerNamed('a'), org: 'acme', version: '1', madeAt: 1 };

async function* piecesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<LogPiece> {
  for await (const frame of readBackup(bytes, 'b')) {
    if (frame.type !== 'batch' && frame.type !== 'floor') continue;
    const message = decodeLogFrame(frame.bytes, about.peer);
    if (message.type === 'batch' || message.type === 'floor') yield message;
  }
}

async function restored(disk: Disk): Promise<MemoryDisk> {
  const copy = new MemoryDisk();
  await restoreAll(piecesOf(backupOf({ about }, { disk, blobs: new MemoryBlobs() })), about.peer, {
    disk: copy,
    blobs: new MemoryBlobs(),
    verify,
  });
  return copy;
}

const ends = async (disk: Disk) => (await disk.heads()).map(endOf).sort();
const endOf = ({ origin, epoch, length, hash }: SignedHead) =>
  `${origin}/${epoch}/${length}/${Buffer.from(hash).toString('hex')}`;

describe('a backup of a node that goes on working', () => {
  test('backup / replica / it holds each log as it was at the call, whatever is written meanwhile', async () => {
    const { replica, disk } = await startedNode('a');
    for (let i = 0; i < 600; i++) await replica.append(eventRecord(i));
    const before = await ends(disk);
    const copy = new MemoryDisk();
    const busy = async function* () {
      let number = 600;
      for await (const bytes of backupOf({ about }, { disk, blobs: new MemoryBlobs() })) {
        await replica.append(eventRecord(number++));
        yield bytes;
      }
    };
    const made = await restoreAll(piecesOf(busy()), about.peer, { disk: copy, blobs: new MemoryBlobs(), verify });
    assert.deepEqual(made, { logs: 1, records: 601 });
    assert.deepEqual(await ends(copy), before);
    assert.notDeepEqual(await ends(disk), before);
  });

  test('backup / replica / what is restored is projected at the next start', async () => {
    const { replica, disk } = await startedNode('a');
    await replica.append(eventRecord(1));
    const again = await startedNode('a', { disk: await restored(disk) });
    assert.deepEqual(again.disk.rows('ids'), disk.rows('ids'));
    assert.notEqual(again.replica.epoch, replica.epoch);
  });
});

describe('a backup of a log with a floor', () => {
  async function written(): Promise<MemoryDisk> {
    const { replica, disk } = await startedNode('a');
    for (let i = 0; i < 600; i++) await replica.append(eventRecord(i));
    return disk;
  }

  async function dropBelow(length: number, disk: MemoryDisk): Promise<void> {
    const [head] = await disk.heads();
    const floor = head && (await disk.headAt(head, length));
    await disk.commit({ batches: [], ops: [], floors: floor ? [floor] : [] });
  }

  test('backup / replica / what is restored begins at the floor too', async () => {
    const disk = await written();
    await dropBelow(300, disk);
    const copy = await restored(disk);
    assert.deepEqual((await copy.floors()).map(endOf), (await disk.floors()).map(endOf));
    assert.deepEqual(await ends(copy), await ends(disk));
    const [head] = await disk.heads();
    assert.ok(head);
    assert.deepEqual(await copy.record(head, 300), await disk.record(head, 300));
    assert.equal(await copy.record(head, 299), undefined);
  });

  test('backup / replica / a floor that rises while it is made leaves no hole', async () => {
    const disk = await written();
    const before = await ends(disk);
    const copy = new MemoryDisk();
    const busy = async function* () {
      let frames = 0;
      for await (const bytes of backupOf({ about }, { disk, blobs: new MemoryBlobs() })) {
        frames += 1;
        if (frames === 2) await dropBelow(500, disk);
        yield bytes;
      }
    };
    await restoreAll(piecesOf(busy()), about.peer, { disk: copy, blobs: new MemoryBlobs(), verify });
    assert.deepEqual(await ends(copy), before);
    assert.equal((await copy.floors())[0]?.length, 500);
  });
});

describe('a backup of blobs', () => {
  const bodies = [Buffer.alloc(0), Buffer.from('short'), Buffer.alloc(BLOB_PART_BYTES * 2 + 5, 'x')];

  async function filled(): Promise<MemoryBlobs> {
    const blobs = new MemoryBlobs();
    for (const [i, bytes] of bodies.entries()) {
      await blobs.put(blobNameOf(bytes), bytes, { at: i, bytes: bytes.length, eventId: eventId(i) });
    }
    return blobs;
  }

  async function framesOf(blobs: MemoryBlobs): Promise<readonly BackupFrame[]> {
    const { disk } = await startedNode('a');
    const frames = await Array.fromAsync(readBackup(backupOf({ about }, { disk, blobs }), 'b'));
    return frames.filter(({ type }) => type === 'blob');
  }

  test('backup / replica / blobs come back whole, with what is kept beside them', async () => {
    const blobs = await filled();
    const parts = new BlobParts(about.peer);
    const found = (await framesOf(blobs)).flatMap((frame) => parts.add(frame) ?? []);
    const copy = new MemoryBlobs();
    const pieces = async function* () {
      yield* found;
    };
    await restoreAll(pieces(), about.peer, { disk: new MemoryDisk(), blobs: copy, verify });
    assert.deepEqual(await copy.notes(), await blobs.notes());
    for (const bytes of bodies) assert.deepEqual(Buffer.from((await copy.get(blobNameOf(bytes))) ?? []), bytes);
  });

  test('backup / replica / a blob of which a part is missing, or changed, is refused', async () => {
    const frames = await framesOf(await filled());
    const isMalformed = (error: unknown) => hasCode(error, 'frame-malformed');
    const addAll = (given: readonly BackupFrame[]) => {
      const parts = new BlobParts(about.peer);
      for (const frame of given) parts.add(frame);
    };
    const large = frames.slice(-3);
    assert.throws(() => addAll([large[0], large[2]].flatMap((frame) => frame ?? [])), isMalformed);
    assert.throws(
      () => addAll(large.map((frame, i) => ({ ...frame, parts: i === 1 ? [Buffer.from('y')] : frame.parts }))),
      isMalformed,
    );
    assert.throws(() => addAll(large.map((frame) => ({ ...frame, header: { type: 'blob' } }))), isMalformed);
  });
});

describe('a backup that is not what a node wrote', () => {
  const CASES: readonly { id: string; code: 'chain-broken' | 'head-forged'; change(pieces: LogPiece[]): LogPiece[] }[] =
    [
      { id: 'a record was changed', code: 'chain-broken', change: ([first, ...rest]) => [changed(first), ...rest] },
      { id: 'a batch is missing', code: 'chain-broken', change: (batches) => batches.slice(1) },
      {
        id: 'a batch is there twice',
        code: 'chain-broken',
        change: ([first, ...rest]) => [first, first, ...rest].flatMap((b) => b ?? []),
      },
      { id: 'a head is not signed by its origin', code: 'head-forged', change: (batches) => batches.map(forged) },
    ];
  for (const { id, code, change } of CASES) {
    test(`backup / replica / ${id}: it is refused`, async () => {
      const { replica, disk } = await startedNode('a');
      for (let i = 0; i < 600; i++) await replica.append(eventRecord(i));
      const pieces = await Array.fromAsync(piecesOf(backupOf({ about }, { disk, blobs: new MemoryBlobs() })));
      assert.ok(pieces.length > 2);
      const given = async function* () {
        yield* change(pieces);
      };
      const parts = { disk: new MemoryDisk(), blobs: new MemoryBlobs(), verify };
      await assert.rejects(restoreAll(given(), about.peer, parts), (error) => hasCode(error, code));
    });
  }
});

function changed(piece: LogPiece | undefined): LogPiece {
  assert.ok(piece?.type === 'batch');
  const [first = Buffer.alloc(0), ...rest] = piece.batch.records;
  return { type: 'batch', batch: { ...piece.batch, records: [Buffer.concat([first, Buffer.from(' ')]), ...rest] } };
}

function forged(piece: LogPiece): LogPiece {
  assert.ok(piece.type === 'batch');
  const signature = fakeIdentity(peerNamed('b')).sign(headBytes(piece.batch.head));
  return { type: 'batch', batch: { ...piece.batch, head: { ...piece.batch.head, signature } } };
}

describe('a node restored from a backup', () => {
  test('backup / replica / it begins a new epoch, gets back what it wrote later, and nothing is quarantined', async () => {
    const mesh = new SimReplicas();
    await mesh.bootAll('a', 'b');
    await mesh.append('a', ...Array.from({ length: 10 }, (_, i) => eventRecord(i)));
    await mesh.append('b', eventRecord(100));
    await mesh.clock.advance(1_000);
    const { epoch } = mesh.node('a').replica;
    const copy = await restored(mesh.node('a').disk);
    await mesh.append('a', ...Array.from({ length: 5 }, (_, i) => eventRecord(10 + i)));
    await mesh.clock.advance(1_000);
    await mesh.kill('a');
    await mesh.boot('a', copy);
    assert.notEqual(mesh.node('a').replica.epoch, epoch);
    await mesh.append('a', eventRecord(200));
    mesh.connectAll();
    await mesh.clock.advance(30_000);
    assert.ok(mesh.isEqual(), mesh.pictures().join('\n'));
    const { disk } = mesh.node('a');
    for (const number of [0, 9, 10, 14, 100, 200]) assert.ok(disk.get('ids', eventId(number)), `event ${number}`);
    assert.deepEqual(disk.rows('quarantine'), []);
    assert.deepEqual(mesh.node('b').disk.rows('quarantine'), []);
  });
});
