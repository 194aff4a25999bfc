import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readBackup } from '../../../../protocols/backup.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import { headBytes, type SignedHead } from '../../../../protocols/record.ts';
import type { Batch, Disk } from '../../../../roles/ports/disk.ts';
import { backupOf } from '../../../../roles/replica/backup.ts';
import { decodeLogFrame } from '../../../../roles/replica/log-frames.ts';
import { restoreBatches } from '../../../../roles/replica/restore.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { fakeIdentity } from '../../../fakes/fake-identity.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { eventId, eventRecord } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';
import { SimReplicas } from '../../../fakes/sim-replicas.ts';

const { verify } = fakeIdentity(peerNamed('a'));
const about = { node: 'a', peer: peerNamed('a'), org: 'acme', version: '1', madeAt: 1 };

async function* batchesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Batch> {
  for await (const frame of readBackup(bytes, 'b')) {
    if (frame.type !== 'batch') continue;
    const message = decodeLogFrame(frame.bytes, about.peer);
    if (message.type === 'batch') yield message.batch;
  }
}

async function restored(disk: Disk): Promise<MemoryDisk> {
  const copy = new MemoryDisk();
  await restoreBatches(batchesOf(backupOf({ about }, disk)), about.peer, { disk: copy, verify });
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
      for await (const bytes of backupOf({ about }, disk)) {
        await replica.append(eventRecord(number++));
        yield bytes;
      }
    };
    const made = await restoreBatches(batchesOf(busy()), about.peer, { disk: copy, verify });
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

describe('a backup that is not what a node wrote', () => {
  const CASES: readonly { id: string; code: 'chain-broken' | 'head-forged'; change(batches: Batch[]): Batch[] }[] = [
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
      const batches = await Array.fromAsync(batchesOf(backupOf({ about }, disk)));
      assert.ok(batches.length > 2);
      const given = async function* () {
        yield* change(batches);
      };
      const parts = { disk: new MemoryDisk(), verify };
      await assert.rejects(restoreBatches(given(), about.peer, parts), (error) => hasCode(error, code));
    });
  }
});

function changed(batch: Batch | undefined): Batch {
  assert.ok(batch);
  const [first = Buffer.alloc(0), ...rest] = batch.records;
  return { ...batch, records: [Buffer.concat([first, Buffer.from(' ')]), ...rest] };
}

function forged(batch: Batch): Batch {
  const signature = fakeIdentity(peerNamed('b')).sign(headBytes(batch.head));
  return { ...batch, head: { ...batch.head, signature } };
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
