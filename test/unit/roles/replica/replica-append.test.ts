import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasCode } from '../../../../protocols/errors.ts';
import { LIMITS } from '../../../../protocols/names.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import type { Committed } from '../../../../roles/ports/journal.ts';
import { isSignedByOrigin } from '../../../../roles/replica/chain.ts';
import type { Replica } from '../../../../roles/replica/replica.ts';
import { countingMeter, settled } from '../../../fakes/manual-runtime.ts';
import { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { distributionRecord, eventId, eventRecord, settledRecord } from '../../../fakes/records.ts';
import { replicaNode, startedNode } from '../../../fakes/replica-node.ts';

const hugeText = { data: { action: 'x'.repeat(LIMITS.recordBytes) } };

const lengths = (replica: Replica) => replica.have().map(([origin, epoch, length]) => [origin, epoch, length]);

describe('replica / append', () => {
  test('the first record of an epoch is the card, and positions count from 0', async () => {
    const { replica, card, peer } = await startedNode('a');
    const positions = await Promise.all([replica.append(eventRecord(1)), replica.append(eventRecord(2))]);
    assert.deepEqual(positions, [
      { origin: peer, epoch: replica.epoch, seq: 1 },
      { origin: peer, epoch: replica.epoch, seq: 2 },
    ]);
    const first = await replica.read({ origin: peer, epoch: replica.epoch, seq: 0 });
    assert.ok(first?.ok && first.record.type === 'card');
    assert.deepEqual(first.record.card, card);
  });

  test('a node that never appends has no log', async () => {
    const { replica, disk } = await startedNode('a');
    assert.deepEqual(replica.have(), []);
    await replica.stop();
    assert.deepEqual(await disk.heads(), []);
  });

  test('every boot is a new epoch', async () => {
    const first = await startedNode('a');
    await first.replica.append(eventRecord(1));
    const second = await startedNode('a', { disk: first.disk.crash(), runtime: first.runtime });
    await second.replica.append(eventRecord(2));
    assert.notEqual(second.replica.epoch, first.replica.epoch);
    assert.deepEqual(lengths(second.replica), [
      [first.peer, first.replica.epoch, 2],
      [first.peer, second.replica.epoch, 2],
    ]);
  });

  test('sixty-four waiters need two syncs and each head is signed once', async () => {
    let signed = 0;
    const { replica, disk, identity } = await startedNode('a');
    const { sign } = identity;
    const counting = (bytes: Uint8Array) => {
      signed += 1;
      return sign(bytes);
    };
    Object.assign(identity, { sign: counting });
    const before = disk.commits;
    await replica.append(eventRecord(0));
    await Promise.all(Array.from({ length: 64 }, (_, i) => replica.append(eventRecord(i + 1))));
    assert.equal(disk.commits - before, 2);
    assert.equal(signed, 2);
  });

  test('the head on the disk is signed by the node and ends the chain of its records', async () => {
    const { replica, disk, identity, peer } = await startedNode('a');
    await replica.append(eventRecord(1));
    const batch = await replica.readBatch({ origin: peer, epoch: replica.epoch }, 0);
    assert.equal(batch?.records.length, 2);
    assert.ok(batch && isSignedByOrigin(identity, batch.head));
    assert.deepEqual(await disk.heads(), [batch.head]);
  });

  test('nothing is acknowledged, told or shown before its sync', async () => {
    let release = () => {};
    const disk = new MemoryDisk({ sync: () => new Promise((resolve) => (release = resolve)) });
    const node = replicaNode('a', { disk });
    const starting = node.replica.start();
    for (let i = 0; i < 50; i++) {
      release();
      await settled();
    }
    await starting;
    const told: Committed[] = [];
    node.replica.onCommit((entries) => told.push(...entries));
    let acknowledged = false;
    const appended = node.replica.append(eventRecord(1)).then(() => (acknowledged = true));
    await settled();
    const log = { origin: node.peer, epoch: node.replica.epoch };
    assert.deepEqual([acknowledged, told.length, node.replica.lengthOf(log)], [false, 0, 0]);
    assert.equal(await node.replica.readBatch(log, 0), undefined);
    assert.equal(await node.replica.read({ ...log, seq: 1 }), undefined);
    assert.deepEqual(node.replica.have(), []);
    assert.equal(disk.get('ids', eventId(1)), undefined);
    release();
    await appended;
    assert.deepEqual([told.length, node.replica.lengthOf(log)], [2, 2]);
    assert.notEqual(disk.get('ids', eventId(1)), undefined);
  });

  test('listeners hear of own records in order, with the tables already written', async () => {
    const { replica, disk, peer } = await startedNode('a');
    const heard: unknown[] = [];
    replica.onCommit((entries) => {
      for (const { position, decoded, own } of entries) {
        const type = decoded.ok ? decoded.record.type : 'unreadable';
        heard.push([position.seq, type, own, disk.rows('ids').length]);
      }
    });
    await Promise.all([replica.append(eventRecord(1)), replica.append(eventRecord(2))]);
    assert.deepEqual(heard, [
      [0, 'card', true, 2],
      [1, 'event', true, 2],
      [2, 'event', true, 2],
    ]);
    assert.equal(replica.lengthOf({ origin: peer, epoch: replica.epoch }), 3);
  });

  const refused: { id: string; record: MeshRecord; code: 'record-too-large' | 'record-invalid' }[] = [
    { id: 'one that is too large', record: eventRecord(1, {}, hugeText), code: 'record-too-large' },
    { id: 'one that no node could read', record: { ...eventRecord(1), at: -1 }, code: 'record-invalid' },
  ];
  for (const { id, record, code } of refused) {
    test(`refuses ${id}, and the log goes on without it`, async () => {
      const { replica, peer } = await startedNode('a');
      await assert.rejects(replica.append(record), (error) => hasCode(error, code));
      assert.deepEqual(await replica.append(eventRecord(2)), { origin: peer, epoch: replica.epoch, seq: 1 });
    });
  }

  test('a record is written as every reader will see it', async () => {
    const { replica } = await startedNode('a');
    const position = await replica.append({ ...eventRecord(1), more: 'unknown' } as MeshRecord);
    const read = await replica.read(position);
    assert.ok(read?.ok);
    assert.equal('more' in read.record, false);
  });

  test('a failed write is told once, and nothing is taken afterwards', async () => {
    const { replica, disk, peer } = await startedNode('a');
    const fatal: unknown[] = [];
    replica.onFatal((error) => fatal.push(error));
    await replica.append(eventRecord(1));
    disk.fail('disk-full');
    const isFull = (error: unknown) => hasCode(error, 'disk-full');
    await Promise.all([2, 3].map((i) => assert.rejects(replica.append(eventRecord(i)), isFull)));
    await assert.rejects(replica.append(eventRecord(4)), isFull);
    assert.equal(fatal.length, 1);
    assert.ok(isFull(fatal[0]));
    assert.equal(replica.lengthOf({ origin: peer, epoch: replica.epoch }), 2);
  });

  test('a listener that throws ends the writing', async () => {
    const { replica } = await startedNode('a');
    const fatal: unknown[] = [];
    replica.onFatal((error) => fatal.push(error));
    replica.onCommit(() => {
      throw new Error('a bug');
    });
    await assert.rejects(replica.append(eventRecord(1)), /a bug/);
    await assert.rejects(replica.append(eventRecord(2)), /a bug/);
    assert.equal(fatal.length, 1);
  });

  describe('what a listener writes with a group', () => {
    /** Answers each event with a record of its own. */
    async function answering(answer = (number: number): MeshRecord => distributionRecord(number, [])) {
      const node = await startedNode('a');
      const groups: string[][] = [];
      node.replica.beforeCommit((entries) => entries.flatMap(({ decoded }) => (isEvent(decoded) ? [answer(1)] : [])));
      node.replica.onCommit((entries) =>
        groups.push(entries.map(({ decoded }) => (decoded.ok ? decoded.record.type : 'unreadable'))),
      );
      return { ...node, groups };
    }
    const isEvent = (decoded: Committed['decoded']) => decoded.ok && decoded.record.type === 'event';

    test('is in it, behind what it follows from, and in its sync', async () => {
      const { replica, disk, groups } = await answering();
      const before = disk.commits;
      const { seq } = await replica.append(eventRecord(1));
      assert.equal(disk.commits - before, 1);
      assert.deepEqual(groups, [['card', 'event', 'distribution']]);
      const next = await replica.append(settledRecord(1));
      assert.equal(next.seq, seq + 2);
    });

    test('is left out where a record behind the group has its place already', async () => {
      const { replica, groups } = await answering();
      const more = Array.from({ length: LIMITS.groupRecords }, () => settledRecord(1));
      await Promise.all([eventRecord(1), ...more].map((record) => replica.append(record)));
      assert.equal(groups.flat().length, LIMITS.groupRecords + 2);
      assert.ok(!groups.flat().includes('distribution'));
    });

    test('is left out when it cannot be written, and the group is written all the same', async () => {
      const { replica, groups } = await answering((number) =>
        distributionRecord(number, [], { rule: 'x'.repeat(300_000) }),
      );
      await replica.append(eventRecord(1));
      await replica.append(settledRecord(1));
      assert.deepEqual(groups, [['card', 'event'], ['settled']]);
    });
  });

  test('stop waits for what was taken and takes nothing more', async () => {
    const { replica, disk } = await startedNode('a');
    const appended = replica.append(eventRecord(1));
    const stopped = replica.stop();
    await assert.rejects(replica.append(eventRecord(2)), (error) => hasCode(error, 'overloaded'));
    await stopped;
    await appended;
    assert.equal(disk.rows('ids').length, 1);
  });

  test('takes nothing before the start', async () => {
    await assert.rejects(replicaNode('a').replica.append(eventRecord(1)), (error) => hasCode(error, 'overloaded'));
  });

  test('stats and metrics count what is stored', async () => {
    const { replica, meter } = await startedNode('a');
    await replica.append(eventRecord(1));
    const { logs, records, own, unreadable, quarantined } = replica.stats();
    assert.deepEqual(
      { logs, records, own, unreadable, quarantined },
      { logs: 1, records: 2, own: 2, unreadable: 0, quarantined: [] },
    );
    assert.equal(meter.total('mindmesh_log_records_total', { from: 'self' }), 2);
    assert.equal(countingMeter().total('mindmesh_log_records_total'), 0);
  });
});
