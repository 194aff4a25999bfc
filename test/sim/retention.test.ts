import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HOLDS_MS, PeerProgress } from '../../roles/replica/peer-progress.ts';
import { readCount } from '../../roles/replica/project-events.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Projector } from '../../roles/replica/projector.ts';
import { rebuildProjections } from '../../roles/replica/rebuild.ts';
import { Retention, type Swept } from '../../roles/replica/retention.ts';
import { getRow } from '../../roles/replica/rows.ts';
import { epochNumber, peerNamed } from '../fakes/cards.ts';
import { manualRuntime } from '../fakes/manual-runtime.ts';
import {
  acceptedRecord,
  distributionRecord,
  doneRecord,
  eventId,
  eventRecord,
  settledRecord,
} from '../fakes/records.ts';
import { type SimReplica, SimReplicas } from '../fakes/sim-replicas.ts';

const KEEP_MS = 60_000;

const retentionOf = ({ replica, disk, runtime, meter, sync }: SimReplica): Retention =>
  new Retention(
    { keepMs: KEEP_MS },
    { replica, disk, tables: disk, runtime, meter, lowestOf: (log) => sync.lowestOf(log) },
  );

const logOf = ({ peer, replica }: SimReplica) => ({ origin: peer, epoch: replica.epoch });
const floorsAt = (node: SimReplica, of: SimReplica) => node.replica.floorOf(logOf(of))?.length ?? 0;
const knows = ({ disk }: SimReplica, number: number) => getRow(disk, 'ids', eventId(number)) !== undefined;

/** Events at `a`, one commit each; `b` decides about and settles those that are given. */
async function work(sim: SimReplicas, events: number, settled: readonly number[]): Promise<void> {
  for (let i = 0; i < events; i++) await sim.append('a', eventRecord(i, { mac: `mac ${i}` }));
  for (const i of settled) await sim.append('b', distributionRecord(i, [peerNamed('b')]));
  for (const i of settled) await sim.append('b', settledRecord(i));
  await sim.clock.advance(1_000);
}

const upTo = (length: number) => Array.from({ length }, (_, i) => i);

describe('sim / retention', () => {
  test('what has ended and is old is dropped; what is open stays, and all that lies behind it in its log', async () => {
    const sim = new SimReplicas();
    const [a, b] = (await sim.bootAll('a', 'b')) as [SimReplica, SimReplica];
    await work(sim, 10, [0, 1, 2, 4]);
    assert.deepEqual(await retentionOf(a).sweep(), { records: 0, events: 0 } satisfies Swept);
    await sim.clock.advance(KEEP_MS);
    const swept = await retentionOf(a).sweep();
    // Its card and the first three events; of the other log all but the end of the event behind the open one.
    assert.deepEqual([floorsAt(a, a), floorsAt(a, b)], [4, 8]);
    assert.deepEqual(swept, { records: 12, events: 3 });
    assert.deepEqual(
      upTo(10).filter((i) => knows(a, i)),
      [3, 4, 5, 6, 7, 8, 9],
    );
    assert.deepEqual([floorsAt(b, a), b.replica.lengthOf(logOf(a))], [0, 11]);
  });

  test('an open task of this node holds its event', async () => {
    const sim = new SimReplicas();
    const [a, b] = (await sim.bootAll('a', 'b')) as [SimReplica, SimReplica];
    await work(sim, 2, []);
    await sim.append('b', acceptedRecord(0));
    await sim.append('a', settledRecord(0), settledRecord(1));
    await sim.clock.advance(2 * KEEP_MS);
    await retentionOf(b).sweep();
    assert.deepEqual([floorsAt(b, a), knows(b, 0)], [0, true]);
    await sim.append('b', doneRecord(0));
    await retentionOf(b).sweep();
    assert.equal(floorsAt(b, a), 5);
    assert.deepEqual([knows(b, 0), knows(b, 1), b.disk.rows('ended')], [false, false, []]);
  });

  test('the end of an event is not dropped before the event is, so that nobody takes it for open', async () => {
    const sim = new SimReplicas();
    const [a, b] = (await sim.bootAll('a', 'b')) as [SimReplica, SimReplica];
    // The first stays open and holds back the log that the second lies in.
    await work(sim, 2, [1]);
    await sim.clock.advance(1.5 * KEEP_MS);
    await retentionOf(a).sweep();
    // Not its end, which a fresh node needs beside the event, but the decision before it.
    assert.deepEqual([floorsAt(a, a), floorsAt(a, b)], [0, 2]);
    await sim.kill('b');
    const fresh = await sim.boot('c');
    sim.connectAll();
    await sim.clock.advance(30_000);
    assert.deepEqual(
      fresh.disk.rows('open').map(([id]) => id),
      [eventId(0)],
    );
  });

  test('who went on behind the end of an event that it took in hears that it has ended', async () => {
    const sim = new SimReplicas();
    const [, b] = (await sim.bootAll('a', 'b', 'c')) as [SimReplica, SimReplica, SimReplica];
    for (const i of [0, 1]) await sim.append('a', eventRecord(i));
    await sim.clock.advance(1_000);
    const away = await sim.kill('a');
    await sim.append('b', settledRecord(0));
    await sim.clock.advance(KEEP_MS + 1_000);
    // As if a day had passed since anybody heard of a.
    const parts = { ...b, tables: b.disk, lowestOf: () => Number.POSITIVE_INFINITY };
    for (const _ of ['the event', 'its end']) await new Retention({ keepMs: KEEP_MS }, parts).sweep();
    await sim.append('b', eventRecord(2));
    assert.deepEqual([knows(b, 0), knows(b, 1)], [false, true]);
    await sim.kill('c');
    const back = await sim.boot('a', away);
    sim.connectAll();
    await sim.clock.advance(30_000);
    assert.equal(back.replica.lengthOf(logOf(b)), b.replica.lengthOf(logOf(b)));
    assert.deepEqual(
      back.disk.rows('open').map(([id]) => id),
      [eventId(1), eventId(2)],
    );
  });

  test('a repeat is known by its signature as long as by its id', async () => {
    const sim = new SimReplicas();
    const [a] = (await sim.bootAll('a', 'b')) as [SimReplica];
    await work(sim, 2, [0]);
    await sim.clock.advance(KEEP_MS / 2);
    await retentionOf(a).sweep();
    assert.ok(getRow(a.disk, 'ids', 'mac:mac 0'));
    await sim.clock.advance(KEEP_MS);
    await retentionOf(a).sweep();
    assert.deepEqual([getRow(a.disk, 'ids', 'mac:mac 0'), knows(a, 0)], [undefined, false]);
    assert.ok(getRow(a.disk, 'ids', 'mac:mac 1'));
  });

  test('a new node, and one that was away for long, begin at the floor and end alike', async () => {
    const sim = new SimReplicas();
    const [a, b, c] = (await sim.bootAll('a', 'b', 'c')) as [SimReplica, SimReplica, SimReplica];
    await work(sim, 4, [0, 1]);
    const away = await sim.kill('c');
    await work(sim, 20, upTo(15));
    await sim.clock.advance(KEEP_MS + HOLDS_MS / 1_000);
    // As if a day had passed since anybody heard of c.
    for (const node of [a, b])
      await new Retention(
        { keepMs: KEEP_MS },
        { ...node, tables: node.disk, lowestOf: () => Number.POSITIVE_INFINITY },
      ).sweep();
    const floor = floorsAt(a, a);
    assert.ok(floor > c.replica.lengthOf(logOf(a)));
    const back = await sim.boot('c', away);
    const forgotten: string[] = [];
    back.replica.onForgotten((events) => forgotten.push(...events));
    const fresh = await sim.boot('d');
    sim.connectAll();
    await sim.clock.advance(30_000);
    for (const node of [back, fresh]) {
      assert.deepEqual(node.replica.lengthOf(logOf(a)), a.replica.lengthOf(logOf(a)));
      assert.equal(floorsAt(node, a), floor);
      assert.deepEqual(
        node.disk.rows('open').map(([id]) => id),
        a.disk.rows('open').map(([id]) => id),
      );
      assert.equal(node.sync.isCaughtUp(), true);
    }
    assert.deepEqual(forgotten, [eventId(2), eventId(3)]);
    assert.deepEqual(fresh.replica.have(), a.replica.have());
    // And goes on from there, also after a start.
    await sim.append('a', eventRecord(100));
    await sim.clock.advance(1_000);
    assert.ok(knows(fresh, 100) && knows(back, 100));
    const again = await sim.boot('d', await sim.kill('d'));
    assert.equal(floorsAt(again, a), floor);
    assert.equal(again.replica.lengthOf(logOf(a)), a.replica.lengthOf(logOf(a)));
  });

  test('what comes about an event that everybody forgot holds nothing, and is dropped when it is old', async () => {
    const sim = new SimReplicas();
    const [a] = (await sim.bootAll('a', 'b')) as [SimReplica];
    await work(sim, 2, [0, 1]);
    await sim.clock.advance(2 * KEEP_MS);
    await retentionOf(a).sweep();
    assert.equal(knows(a, 0), false);
    await sim.append('a', doneRecord(0, { at: a.runtime.wall() }));
    await sim.append('a', eventRecord(9));
    await retentionOf(a).sweep();
    const held = floorsAt(a, a);
    await sim.clock.advance(2 * KEEP_MS);
    await retentionOf(a).sweep();
    assert.equal(floorsAt(a, a), held + 1);
    assert.deepEqual(
      a.disk.rows('facts').map(([key]) => key.split('\u0000')[0]),
      [eventId(9)],
    );
  });

  test('a peer that lacks records holds the floor as long as it was heard of within a day', () => {
    const runtime = manualRuntime();
    let now = 0;
    const progress = new PeerProgress({ ...runtime, monotonic: () => now });
    const log = { origin: peerNamed('a'), epoch: epochNumber(1) };
    assert.equal(progress.lowestOf(log), Number.POSITIVE_INFINITY);
    progress.said(peerNamed('b'), [[log.origin, log.epoch, 7]], true);
    assert.equal(progress.lowestOf(log), 7);
    now = HOLDS_MS / 2;
    progress.said(peerNamed('c'), [[log.origin, log.epoch, 9]], true);
    assert.equal(progress.lowestOf(log), 7);
    progress.said(peerNamed('c'), [[log.origin, log.epoch, 12]], false);
    now = HOLDS_MS + 1;
    assert.equal(progress.lowestOf(log), 12);
    progress.said(peerNamed('c'), [], true);
    assert.equal(progress.lowestOf(log), 0);
  });

  test('a peer that is behind holds the floor', async () => {
    const sim = new SimReplicas();
    const [a] = (await sim.bootAll('a', 'b', 'c')) as [SimReplica];
    await work(sim, 2, [0, 1]);
    await sim.clock.advance(30_000);
    await sim.kill('c');
    await work(sim, 6, upTo(6));
    await sim.clock.advance(2 * KEEP_MS);
    await retentionOf(a).sweep();
    assert.equal(floorsAt(a, a), 3);
  });

  test('what was counted stays counted, also when the tables are made anew', async () => {
    const sim = new SimReplicas();
    const [a] = (await sim.bootAll('a', 'b')) as [SimReplica];
    await work(sim, 10, [0, 1, 2]);
    const counts = () =>
      ['events', 'kind:pr_created', 'records:event', 'records:settled'].map((key) => readCount(a.disk, key));
    const before = counts();
    assert.deepEqual(before, [10, 10, 10, 3]);
    await sim.clock.advance(2 * KEEP_MS);
    await retentionOf(a).sweep();
    assert.equal(floorsAt(a, a), 4);
    assert.deepEqual(counts(), before);
    const rows = () =>
      ['open', 'events', 'ids', 'cards', 'subjects', 'counters', 'facts'].map((table) => a.disk.rows(table as 'open'));
    const tables = rows();
    const projector = new Projector({
      self: a.peer,
      projections: PROJECTIONS,
      onFault: (fault) => assert.fail(JSON.stringify(fault)),
    });
    await rebuildProjections({ disk: a.disk, tables: a.disk, projector });
    assert.deepEqual(rows(), tables);
    assert.deepEqual(counts(), before);
  });
});
