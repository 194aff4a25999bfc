import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ErrorCode, hasCode } from '../../../../protocols/errors.ts';
import { NOTHING_WANTED } from '../../../../protocols/log-sync.ts';
import { LIMITS } from '../../../../protocols/names.ts';
import { decodeRecord, encodeRecord } from '../../../../protocols/record.ts';
import type { Batch } from '../../../../roles/ports/disk.ts';
import { emptyTip, extendTip, signHead } from '../../../../roles/replica/chain.ts';
import { batchOf, LOG, ORIGIN, recordTexts } from '../../../fakes/batches.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { fakeIdentity } from '../../../fakes/fake-identity.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';
import { cardRecord, eventId, eventRecord } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const RELAY = peerNamed('relay');

const rejectsWith = (promise: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(promise, (error) => hasCode(error, code));

describe('replica / apply', () => {
  test('a batch is written, synced, projected and told', async () => {
    const { replica, disk, meter } = await startedNode('a');
    const told: unknown[] = [];
    replica.onCommit((entries) => told.push(...entries.map(({ position, own }) => [position.seq, own])));
    assert.equal(await replica.apply(batchOf(0, 2), RELAY), 'applied');
    assert.equal(await replica.apply(batchOf(2, 3), RELAY), 'applied');
    assert.deepEqual(
      replica.have().map((end) => end.slice(0, 3)),
      [[LOG.origin, LOG.epoch, 3]],
    );
    assert.deepEqual(told, [
      [0, false],
      [1, false],
      [2, false],
    ]);
    assert.equal(disk.rows('ids').length, 3);
    assert.equal(meter.total('mindmesh_log_records_total', { from: 'peer' }), 3);
  });

  test('two batches on their way together both get there', async () => {
    const { replica } = await startedNode('a');
    const both = [replica.apply(batchOf(0, 2), RELAY), replica.apply(batchOf(2, 5), RELAY)];
    assert.deepEqual(await Promise.all(both), ['applied', 'applied']);
    assert.equal(replica.lengthOf(LOG), 5);
  });

  test('the same batch of two peers at once is written once', async () => {
    const { replica, disk } = await startedNode('a');
    const both = [replica.apply(batchOf(0, 2), RELAY), replica.apply(batchOf(0, 2), peerNamed('other'))];
    assert.deepEqual(await Promise.all(both), ['applied', 'known']);
    assert.equal(replica.stats().records, 2);
    assert.deepEqual(disk.get('counters', 'records:event'), 2);
  });

  test('of a batch that overlaps only what is new is written', async () => {
    const { replica, disk } = await startedNode('a');
    await replica.apply(batchOf(0, 4), RELAY);
    assert.equal(await replica.apply(batchOf(2, 6), RELAY), 'applied');
    assert.equal(replica.lengthOf(LOG), 6);
    assert.deepEqual(disk.get('counters', 'records:event'), 6);
    assert.deepEqual((await replica.readBatch(LOG, 0))?.records.length, 6);
  });

  const old: { id: string; batch: Batch }[] = [
    { id: 'the same head', batch: batchOf(0, 4) },
    { id: 'a shorter head that we hold', batch: batchOf(0, 2) },
    { id: 'a shorter head that we do not hold', batch: batchOf(1, 3) },
    { id: 'a head in the middle of a group', batch: batchOf(0, 1) },
  ];
  for (const { id, batch } of old) {
    test(`what is older than our end is known: ${id}`, async () => {
      const { replica } = await startedNode('a');
      await replica.apply(batchOf(0, 2), RELAY);
      await replica.apply(batchOf(2, 4), RELAY);
      assert.equal(await replica.apply(batch, RELAY), 'known');
      assert.deepEqual(replica.stats().quarantined, []);
    });
  }

  test('a batch behind our end is a gap and nothing of it is kept', async () => {
    const { replica } = await startedNode('a');
    assert.equal(await replica.apply(batchOf(1, 3), RELAY), 'gap');
    assert.deepEqual(replica.have(), []);
    await replica.apply(batchOf(0, 2), RELAY);
    assert.equal(await replica.apply(batchOf(3, 4), RELAY), 'gap');
    assert.equal(await replica.apply(batchOf(2, 4), RELAY), 'applied');
  });

  const good = batchOf(2, 4);
  const forged = signHead({ ...fakeIdentity(RELAY), peer: RELAY }, LOG, extendTip(emptyTip(LOG), recordTexts(0, 4)));
  const bad: { id: string; batch: Batch; code: ErrorCode }[] = [
    { id: 'a head signed by somebody else', batch: { ...good, head: forged }, code: 'head-forged' },
    {
      id: 'a head without a signature',
      batch: { ...good, head: { ...good.head, signature: Buffer.alloc(64) } },
      code: 'head-forged',
    },
    {
      id: 'a head moved to another length',
      batch: { ...good, from: 1, head: { ...good.head, length: 3 } },
      code: 'head-forged',
    },
    {
      id: 'a changed record',
      batch: { ...good, records: [...recordTexts(2, 3), ...recordTexts(7, 8)] },
      code: 'chain-broken',
    },
    { id: 'records in another order', batch: { ...good, records: good.records.toReversed() }, code: 'chain-broken' },
    { id: 'a missing record', batch: { ...good, records: good.records.slice(1) }, code: 'frame-malformed' },
    { id: 'records of another log', batch: { ...good, records: batchOf(0, 2).records }, code: 'chain-broken' },
    { id: 'no records', batch: { from: 2, records: [], head: batchOf(0, 2).head }, code: 'frame-malformed' },
    {
      id: 'too many records',
      batch: { ...good, records: new Array(LIMITS.groupRecords + 1).fill(Buffer.from('x')) },
      code: 'frame-malformed',
    },
    {
      id: 'a record that is too large',
      batch: { ...good, records: [Buffer.alloc(LIMITS.recordBytes + 1), Buffer.from('x')] },
      code: 'record-too-large',
    },
    {
      id: 'too many bytes',
      batch: { ...good, records: new Array(5).fill(Buffer.alloc(LIMITS.recordBytes)) },
      code: 'frame-malformed',
    },
  ];
  for (const { id, batch, code } of bad) {
    test(`refuses ${id}, and goes on with the true batch`, async () => {
      const { replica } = await startedNode('a');
      await replica.apply(batchOf(0, 2), RELAY);
      await rejectsWith(replica.apply(batch, RELAY), code);
      assert.equal(replica.lengthOf(LOG), 2);
      assert.deepEqual(replica.stats().quarantined, []);
      assert.equal(await replica.apply(good, RELAY), 'applied');
    });
  }

  test('one signature is verified a batch, and none for what is known', async () => {
    const { replica, identity } = await startedNode('a');
    let verified = 0;
    const { verify } = identity;
    const counting: typeof verify = (...args) => {
      verified += 1;
      return verify(...args);
    };
    Object.assign(identity, { verify: counting });
    await replica.apply(batchOf(0, 200), RELAY);
    await replica.apply(batchOf(0, 200), RELAY);
    assert.equal(verified, 1);
  });

  test('a record that nobody can read is replicated, counted and shown, and what follows is read', async () => {
    const { replica, disk, meter } = await startedNode('a');
    const records = [
      encodeRecord(cardRecord('origin')),
      Buffer.from('{"v":9,"type":"future"}'),
      Buffer.from([0xff]),
      ...recordTexts(3, 4),
    ];
    const head = signHead(ORIGIN, LOG, extendTip(emptyTip(LOG), records));
    assert.equal(await replica.apply({ from: 0, records, head }, RELAY), 'applied');
    assert.deepEqual(
      disk.rows('unreadable').map(([key]) => key.split('\u0000').at(-1)),
      ['0000000000000001', '0000000000000002'],
    );
    assert.equal(replica.stats().unreadable, 2);
    assert.equal(meter.total('mindmesh_log_unreadable_total'), 2);
    assert.notEqual(disk.get('ids', eventId(3)), undefined);
    assert.deepEqual(
      (await replica.readBatch(LOG, 0))?.records.map((each) => Buffer.from(each)),
      records.map((each) => Buffer.from(each)),
    );
  });

  test('own logs of earlier boots come back from a peer after the disk was lost', async () => {
    const before = await startedNode('a');
    await before.replica.append(eventRecord(1));
    const log = { origin: before.peer, epoch: before.replica.epoch };
    const kept = await before.replica.readBatch(log, 0);
    const after = await startedNode('a', { runtime: before.runtime });
    await after.replica.append(eventRecord(2));
    const lastEpoch = after.replica.epoch;
    assert.ok(kept);
    assert.equal(await after.replica.apply(kept, RELAY), 'applied');
    assert.equal(after.replica.lengthOf(log), 2);
    assert.equal(after.replica.epoch, lastEpoch);
  });

  test('where the clock was set back since, what follows goes to an epoch after those that came back', async () => {
    const before = await startedNode('a', { runtime: manualRuntime({ wall: 7_200_000 }) });
    await before.replica.append(eventRecord(1));
    const { epoch } = before.replica;
    const kept = await before.replica.readBatch({ origin: before.peer, epoch }, 0);
    const after = await startedNode('a', { runtime: manualRuntime({ wall: 3_600_000 }) });
    await after.replica.append(eventRecord(2));
    assert.ok(after.replica.epoch < epoch && kept);
    await after.replica.apply(kept, RELAY);
    assert.ok((await after.replica.append(eventRecord(3))).epoch > epoch);
    assert.equal(after.replica.have().length, 3);
  });
});

describe('replica / fork', () => {
  /** The origin wrote record 3 twice: once as we hold it, once for the others. */
  const branch: { branch: [number, string] } = { branch: [3, ' else'] };

  const proofs: { id: string; batch: Batch }[] = [
    { id: 'another head at our length', batch: batchOf(2, 4, branch) },
    { id: 'another head at a length we hold no head for', batch: batchOf(0, 5, { branch: [4, ' else'] }) },
    { id: 'a longer one that leaves ours within the batch', batch: batchOf(2, 7, branch) },
    { id: 'a longer one from the very start', batch: batchOf(0, 7, { branch: [0, ' else'] }) },
  ];
  for (const { id, batch } of proofs) {
    test(`${id} quarantines the log`, async () => {
      const { replica, runtime, meter, disk } = await startedNode('a');
      await replica.apply(batchOf(0, 2), RELAY);
      await replica.apply(batchOf(2, 4), RELAY);
      await replica.apply(batchOf(4, 6), RELAY);
      await rejectsWith(replica.apply(batch, RELAY), 'head-forked');
      assert.deepEqual(replica.stats().quarantined, [`${LOG.origin}/${LOG.epoch}`]);
      assert.equal(runtime.lines.filter(({ level }) => level === 'error').length, 1);
      assert.equal(meter.total('mindmesh_log_forks_total'), 1);
      assert.equal(disk.rows('quarantine').length, 1);
    });
  }

  test('a quarantined log grows no more, wants nothing and is still served, also after a restart', async () => {
    const before = await startedNode('a');
    await before.replica.apply(batchOf(0, 4), RELAY);
    await rejectsWith(before.replica.apply(batchOf(0, 4, branch), RELAY), 'head-forked');
    const after = await startedNode('a', { disk: before.disk.crash() });
    for (const { replica } of [before, after]) {
      assert.deepEqual(replica.have(), [[LOG.origin, LOG.epoch, NOTHING_WANTED, '']]);
      assert.equal(await replica.readBatch(LOG, 0).then((batch) => batch?.head.length), 4);
    }
    assert.equal(await after.replica.apply(batchOf(4, 5), RELAY), 'quarantined');
    assert.equal(after.replica.lengthOf(LOG), 4);
  });

  test('other logs of the same origin go on', async () => {
    const { replica } = await startedNode('a');
    await replica.apply(batchOf(0, 4), RELAY);
    await rejectsWith(replica.apply(batchOf(0, 4, branch), RELAY), 'head-forked');
    const log = { origin: LOG.origin, epoch: epochNumber(2) };
    assert.equal(await replica.apply(batchOf(0, 2, { log }), RELAY), 'applied');
  });

  test('what only looks like a fork and is not signed is a forgery', async () => {
    const { replica } = await startedNode('a');
    await replica.apply(batchOf(0, 4), RELAY);
    const fork = batchOf(0, 4, branch);
    const unsigned = { ...fork, head: { ...fork.head, signature: Buffer.alloc(64) } };
    await rejectsWith(replica.apply(unsigned, RELAY), 'head-forged');
    assert.deepEqual(replica.stats().quarantined, []);
  });

  test('a fork behind our end cannot be told from a broken batch until it is sent from an earlier place', async () => {
    const { replica } = await startedNode('a');
    await replica.apply(batchOf(0, 4), RELAY);
    await rejectsWith(replica.apply(batchOf(4, 6, branch), RELAY), 'chain-broken');
    await rejectsWith(replica.apply(batchOf(0, 6, branch), RELAY), 'head-forked');
  });

  test('somebody who writes to our own log with our key is found out, and we go on in a new epoch', async () => {
    const { replica, identity, runtime } = await startedNode('a');
    await replica.append(eventRecord(1));
    const log = { origin: identity.peer, epoch: replica.epoch };
    const ours = await replica.readBatch(log, 0);
    assert.ok(ours);
    const records = [...ours.records, ...recordTexts(2, 3)];
    const head = signHead(identity, log, extendTip(emptyTip(log), records));
    await rejectsWith(replica.apply({ from: 2, records: records.slice(2), head }, RELAY), 'head-forked');
    assert.notEqual(replica.epoch, log.epoch);
    const position = await replica.append(eventRecord(5));
    assert.equal(position.epoch, replica.epoch);
    assert.equal(replica.lengthOf(log), 2);
    // Its card, and in whichever order the new event and the open one of the log that is given up.
    await settled();
    const anew = await replica.readBatch({ origin: identity.peer, epoch: replica.epoch }, 0);
    const ids = anew?.records
      .map(decodeRecord)
      .flatMap((it) => (it.ok && it.record.type === 'event' ? [it.record.event.id] : []));
    assert.deepEqual(ids?.sort(), [eventId(1), eventId(5)].sort());
    assert.equal(runtime.lines.filter(({ level }) => level === 'error').length, 1);
  });

  test('our own log as others hold it is known', async () => {
    const { replica, peer } = await startedNode('a');
    await replica.append(eventRecord(1));
    const echo = await replica.readBatch({ origin: peer, epoch: replica.epoch }, 0);
    await replica.append(eventRecord(2));
    assert.equal(echo && (await replica.apply(echo, RELAY)), 'known');
  });
});
