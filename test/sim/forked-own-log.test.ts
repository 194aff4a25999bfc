import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Epoch, PeerId } from '../../protocols/ids.ts';
import { NOTHING_WANTED } from '../../protocols/log-sync.ts';
import { encodeRecord } from '../../protocols/record.ts';
import { Aggregator } from '../../roles/aggregator/aggregator.ts';
import { emptyTip, extendTip, signHead } from '../../roles/replica/chain.ts';
import { decodeLogFrame, encodeHave } from '../../roles/replica/log-frames.ts';
import { fakeIdentity } from '../fakes/fake-identity.ts';
import { keeperOf } from '../fakes/memory-blobs.ts';
import { eventId, eventRecord } from '../fakes/records.ts';
import { type SimReplica, SimReplicas } from '../fakes/sim-replicas.ts';
import { readWebhook } from '../support/deliveries.ts';

describe('sim / two heads that disagree', () => {
  // What somebody with a copy of a's key wrote to its log, and b has, beside what a wrote: shorter, as long, longer.
  for (const length of [1, 3, 9]) {
    test(`nothing that was acknowledged is lost from the mesh: the other head is at ${length}, ours at 3`, async () => {
      const sim = new SimReplicas();
      const [a, b] = [await sim.boot('a'), await sim.boot('b')];
      await sim.append('a', eventRecord(1), eventRecord(2));
      const log = { origin: a.peer, epoch: a.replica.epoch };
      assert.equal(a.replica.lengthOf(log), 3);
      const records = Array.from({ length }, (_, i) => encodeRecord(eventRecord(500 + i)));
      const head = signHead(fakeIdentity(a.peer), log, extendTip(emptyTip(log), records));
      await b.replica.apply({ from: 0, records, head }, b.peer);
      sim.connectAll();
      await sim.clock.advance(5_000);
      await sim.append('a', eventRecord(3));
      await sim.clock.advance(60_000);
      const missing = [1, 2, 3].filter((number) => b.disk.get('ids', eventId(number)) === undefined);
      assert.deepEqual(missing, [], 'events of a that b does not have');
      const quarantined = sim.nodes.map(({ replica }) => replica.stats().quarantined.length);
      assert.ok(quarantined.every((count) => count <= 1));
      assert.ok(
        sim.nodes.some(({ runtime }) => runtime.lines.some(({ level }) => level === 'error')),
        'it is told',
      );
    });
  }
});

describe('sim / a log that is given up', () => {
  test('what was written anew is not written again, whoever refuses the old log, and after a restart', async () => {
    const sim = new SimReplicas();
    const [a] = [await sim.boot('a'), await sim.boot('b')];
    await sim.append('a', eventRecord(1), eventRecord(2));
    const log = { origin: a.peer, epoch: a.replica.epoch };
    const records = [encodeRecord(eventRecord(500))];
    const head = signHead(fakeIdentity(a.peer), log, extendTip(emptyTip(log), records));
    for (const name of ['b', 'c']) {
      if (name === 'c') await sim.boot('c');
      await sim.node(name).replica.apply({ from: 0, records, head }, a.peer);
    }
    sim.connectAll();
    await sim.clock.advance(60_000);
    const facts = () => a.disk.rows('facts').filter(([key]) => key.startsWith(eventId(1))).length;
    assert.equal(facts(), 2, 'the old place and the new one');
    const disk = await sim.kill('a');
    const again = await sim.boot('a', disk);
    sim.connectAll();
    await sim.clock.advance(180_000);
    const placed = again.disk.rows('facts').filter(([key]) => key.startsWith(eventId(1)));
    assert.equal(placed.length, 2);
    for (const name of ['b', 'c']) assert.notEqual(sim.node(name).disk.get('ids', eventId(2)), undefined);
  });

  test('with ack: peer a repeat of what was written anew is acknowledged, also after a restart', async () => {
    const sim = new SimReplicas();
    const a = await sim.boot('a');
    const b = await sim.boot('b');
    const post = async ({ replica, disk, runtime, meter, sync }: SimReplica) => {
      const parts = { journal: replica, tables: disk, blobs: keeperOf(), runtime, meter, copies: sync.copies };
      const payload = { action: 'opened', issue: { number: 7, title: 'one' } };
      const answer = new Aggregator({}, parts).admit(readWebhook({ event: 'issues', payload }, 'one'), 'github');
      await sim.clock.advance(6_000);
      return (await answer).status;
    };
    assert.equal(await post(a), 'refused');
    const log = { origin: a.peer, epoch: a.replica.epoch };
    const records = [encodeRecord(eventRecord(500))];
    await b.replica.apply(
      { from: 0, records, head: signHead(fakeIdentity(a.peer), log, extendTip(emptyTip(log), records)) },
      a.peer,
    );
    sim.connectAll();
    await sim.clock.advance(60_000);
    assert.equal(await post(a), 'duplicate');
    const again = await sim.boot('a', await sim.kill('a'));
    sim.connectAll();
    await sim.clock.advance(60_000);
    assert.equal(await post(again), 'duplicate');
  });

  test('a peer that refuses every log of ours does not make this node begin anew all the time', async () => {
    const sim = new SimReplicas();
    const [a, b] = await sim.bootAll('a', 'b');
    assert.ok(a && b);
    sim.network.tap = (from, _to, bytes) =>
      from === b.peer ? refusingAll(bytes, a.peer, () => a.replica.epoch) : bytes;
    for (let i = 0; i < 60; i++) {
      await sim.append('a', eventRecord(i));
      await sim.clock.advance(5_000);
    }
    const epochs = new Set(a.replica.have().map(([, epoch]) => epoch));
    assert.ok(epochs.size <= 7, `${epochs.size} epochs in five minutes`);
  });
});

/** Each `have` says of the log of now that nothing of it is wanted. */
function refusingAll(bytes: Uint8Array, origin: PeerId, epoch: () => Epoch): Uint8Array {
  const message = decodeLogFrame(bytes, origin);
  if (message.type !== 'have') return bytes;
  return encodeHave({ ...message.have, logs: [[origin, epoch(), NOTHING_WANTED, '']] });
}
