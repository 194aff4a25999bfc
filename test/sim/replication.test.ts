import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeFrame, encodeFrame } from '../../protocols/frames.ts';
import { logKey, type PeerId } from '../../protocols/ids.ts';
import { decodeRecord, encodeRecord } from '../../protocols/record.ts';
import type { Batch } from '../../roles/ports/disk.ts';
import { emptyTip, extendTip, signHead } from '../../roles/replica/chain.ts';
import { epochNumber, peerNamed } from '../fakes/cards.ts';
import { fakeIdentity } from '../fakes/fake-identity.ts';
import type { Tap } from '../fakes/fake-mesh.ts';
import { eventId, eventRecord } from '../fakes/records.ts';
import { SimReplicas } from '../fakes/sim-replicas.ts';

const REFUSED = 'mindmesh_replication_refused_total';
const RECEIVED = { direction: 'received' };
const BATCHES = 'mindmesh_replication_batches_total';

function typeOf(bytes: Uint8Array): unknown {
  const { header } = decodeFrame(bytes, 'tap');
  return typeof header === 'object' && header !== null && 'type' in header ? header.type : undefined;
}

/** Lets `times` batches to one node pass through `change`. */
function tapBatches(to: PeerId, times: number, change: Tap): Tap {
  let left = times;
  return (from, peer, bytes) => {
    if (peer !== to || left === 0 || typeOf(bytes) !== 'batch') return bytes;
    left -= 1;
    return change(from, peer, bytes);
  };
}

describe('sim / replication', () => {
  test('what one node appends all have, at once', async () => {
    const sim = new SimReplicas();
    await sim.bootAll('a', 'b', 'c');
    for (const [i, name] of ['a', 'b', 'c', 'a'].entries()) await sim.append(name, eventRecord(i));
    await sim.clock.advance(1);
    assert.ok(sim.isEqual());
    assert.equal(sim.node('c').replica.stats().records, 7);
    assert.ok(sim.nodes.every(({ sync }) => sync.isCaughtUp()));
  });

  test('in a small mesh each commit travels once to each reader', async () => {
    const sim = new SimReplicas();
    const nodes = await sim.bootAll('a', 'b', 'c', 'd', 'e');
    await sim.clock.advance(1_000);
    const before = nodes.map(({ meter }) => meter.total(BATCHES, RECEIVED));
    for (let i = 0; i < 10; i++) {
      await sim.append('a', eventRecord(i));
      await sim.clock.advance(1);
    }
    assert.ok(sim.isEqual());
    const received = nodes.map(({ meter }, i) => meter.total(BATCHES, RECEIVED) - (before[i] ?? 0));
    assert.deepEqual(received, [0, 10, 10, 10, 10]);
  });

  test('what was appended on both sides of a partition is everywhere after it', async () => {
    const sim = new SimReplicas();
    await sim.bootAll('a', 'b', 'c');
    sim.cut('a', 'c');
    sim.cut('b', 'c');
    for (let i = 0; i < 5; i++) {
      await sim.append('a', eventRecord(i));
      await sim.append('c', eventRecord(100 + i));
    }
    await sim.clock.advance(60_000);
    assert.equal(sim.isEqual(), false);
    assert.equal(sim.node('b').disk.rows('ids').length, 5);
    sim.connectAll();
    await sim.clock.advance(1_000);
    assert.ok(sim.isEqual());
    assert.equal(sim.node('b').disk.rows('ids').length, 10);
  });

  test('a node that was away gets what it missed, also from a writer that has gone meanwhile', async () => {
    const sim = new SimReplicas();
    await sim.bootAll('aggregator', 'orchestrator', 'general');
    const disk = await sim.kill('orchestrator');
    await sim.append('aggregator', ...Array.from({ length: 700 }, (_, i) => eventRecord(i)));
    await sim.clock.advance(1_000);
    await sim.kill('aggregator');
    await sim.boot('orchestrator', disk);
    sim.connectAll();
    await sim.clock.advance(1_000);
    assert.ok(sim.isEqual());
    assert.equal(sim.node('orchestrator').disk.rows('open').length, 700);
  });

  test('a node that lost its disk gets everything back, its own logs among it', async () => {
    const sim = new SimReplicas();
    await sim.bootAll('a', 'b', 'c');
    await sim.append('a', eventRecord(1), eventRecord(2));
    await sim.append('b', eventRecord(3));
    await sim.clock.advance(100);
    await sim.kill('a');
    await sim.boot('a');
    sim.connectAll();
    await sim.clock.advance(1_000);
    assert.ok(sim.isEqual());
    assert.equal(sim.node('a').disk.rows('ids').length, 3);
  });

  test('along a line of nodes records are handed on', async () => {
    const sim = new SimReplicas();
    for (const name of ['a', 'b', 'c', 'd']) await sim.boot(name);
    sim.connect('a', 'b');
    sim.connect('b', 'c');
    sim.connect('c', 'd');
    await sim.clock.advance(1_000);
    await sim.append('a', eventRecord(1));
    await sim.append('d', eventRecord(2));
    await sim.clock.advance(10);
    assert.ok(sim.isEqual());
  });

  test('a mesh of more nodes than links converges, and no node reads on more than six', async () => {
    const sim = new SimReplicas();
    const names = Array.from({ length: 14 }, (_, i) => `n${i + 1}`);
    const nodes = await sim.bootAll(...names);
    await sim.clock.advance(3_000);
    for (const [i, name] of names.entries()) await sim.append(name, eventRecord(i));
    await sim.clock.advance(500);
    assert.ok(sim.isEqual());
    assert.ok(nodes.every(({ sync }) => sync.stats().links === 6));
  });

  test('a node that comes to five others fetches everything about once', async () => {
    const sim = new SimReplicas();
    await sim.bootAll('a', 'b', 'c', 'd', 'e');
    await sim.append('a', ...Array.from({ length: 2_000 }, (_, i) => eventRecord(i)));
    await sim.clock.advance(1_000);
    const late = await sim.boot('late');
    sim.connectAll();
    await sim.clock.advance(5_000);
    assert.ok(sim.isEqual());
    const batches = late.meter.total(BATCHES, RECEIVED);
    assert.ok(batches <= 12, `${batches} batches for 2000 records`);
  });

  test('without the gossip of heads and without the push a random exchange finds what is missing', async () => {
    const sim = new SimReplicas({ losesGossip: () => true });
    await sim.bootAll('a', 'b');
    sim.network.tap = tapBatches(sim.node('b').peer, 1, () => undefined);
    await sim.append('a', eventRecord(1));
    await sim.clock.advance(1_000);
    assert.equal(sim.isEqual(), false);
    await sim.clock.advance(15_000);
    assert.ok(sim.isEqual());
  });

  test('the gossip of heads finds a lost push within half a second', async () => {
    const sim = new SimReplicas();
    await sim.bootAll('a', 'b');
    sim.network.tap = tapBatches(sim.node('b').peer, 1, () => undefined);
    await sim.append('a', eventRecord(1));
    await sim.clock.advance(10);
    assert.equal(sim.isEqual(), false);
    assert.equal(sim.node('b').sync.stats().behind, 1);
    assert.equal(sim.node('b').sync.isCaughtUp(), false);
    await sim.clock.advance(490);
    assert.ok(sim.isEqual());
    assert.ok(sim.node('b').sync.isCaughtUp());
  });

  test('a gap is mended as soon as the next batch shows it', async () => {
    const sim = new SimReplicas({ losesGossip: () => true });
    await sim.bootAll('a', 'b', 'c');
    sim.network.tap = tapBatches(sim.node('b').peer, 1, () => undefined);
    await sim.append('a', eventRecord(1));
    assert.equal(sim.isEqual(), false);
    await sim.append('a', eventRecord(2));
    await sim.clock.advance(1);
    assert.ok(sim.isEqual());
  });
});

describe('sim / replication / what comes is wrong', () => {
  const changed = (change: (header: Record<string, unknown>, parts: Uint8Array[]) => void): Tap => {
    return (_from, _to, bytes) => {
      const { header, parts } = decodeFrame(bytes, 'tap');
      const copies = parts.map((part) => Uint8Array.from(part));
      const fields = { ...(header as Record<string, unknown>) };
      change(fields, copies);
      return encodeFrame(fields, copies);
    };
  };
  const flip = (part: Uint8Array | undefined) => part?.set([(part[0] ?? 0) ^ 1], 0);

  const wrong: { id: string; tap: Tap; code: string }[] = [
    { id: 'a record was changed', tap: changed((_, parts) => flip(parts.at(-1))), code: 'chain-broken' },
    { id: 'the hash of the head was changed', tap: changed((_, parts) => flip(parts[1])), code: 'head-forged' },
    { id: 'the signature was changed', tap: changed((_, parts) => flip(parts[0])), code: 'head-forged' },
    { id: 'the log was changed', tap: changed((header) => (header.epoch = epochNumber(9))), code: 'head-forged' },
    { id: 'records are missing', tap: changed((_, parts) => parts.pop()), code: 'frame-malformed' },
    { id: 'the length is not a number', tap: changed((header) => (header.length = '5')), code: 'frame-malformed' },
    { id: 'the type is unknown', tap: changed((header) => (header.type = 'attack')), code: 'frame-malformed' },
    { id: 'there is no signature', tap: changed((_, parts) => parts.splice(0)), code: 'frame-malformed' },
    { id: 'it is no frame', tap: () => Buffer.from('\u0001\u0000'), code: 'frame-malformed' },
    { id: 'it is HTTP', tap: () => Buffer.from('GET / HTTP/1.1'), code: 'version-unknown' },
    {
      id: 'its version is not served',
      tap: (_f, _t, bytes) => Buffer.concat([Buffer.from([99]), bytes.subarray(1)]),
      code: 'version-unknown',
    },
    { id: 'it is cut', tap: (_f, _t, bytes) => bytes.subarray(0, bytes.length - 3), code: 'frame-malformed' },
  ];
  for (const { id, tap, code } of wrong) {
    test(`${id}: that link closes and opens again, nothing wrong is kept, others go on`, async () => {
      const sim = new SimReplicas();
      const [, b, c] = await sim.bootAll('a', 'b', 'c');
      assert.ok(b && c);
      sim.network.tap = tapBatches(b.peer, 1, tap);
      await sim.append('a', eventRecord(1));
      await sim.clock.advance(1);
      assert.equal(b.meter.total(REFUSED), 1);
      assert.equal(b.meter.total(REFUSED, { code }), 1, JSON.stringify(b.runtime.lines));
      assert.equal(c.disk.rows('ids').length, 1);
      assert.equal(c.meter.total(REFUSED), 0);
      await sim.clock.advance(2_000);
      assert.ok(sim.isEqual());
      assert.equal(b.disk.rows('unreadable').length, 0);
      assert.deepEqual(b.replica.stats().quarantined, []);
      assert.equal(b.sync.stats().live, 2);
    });
  }

  test('a peer that only ever sends forgeries is asked ever less often, and the others’ records still come', async () => {
    const sim = new SimReplicas();
    const [a, b] = await sim.bootAll('a', 'b', 'c');
    assert.ok(a && b);
    const forge = changed((_, parts) => flip(parts[0]));
    sim.network.tap = (from, to, bytes) =>
      from === a.peer && to === b.peer && typeOf(bytes) === 'batch' ? forge(from, to, bytes) : bytes;
    await sim.append('a', eventRecord(1));
    await sim.append('c', eventRecord(2));
    await sim.clock.advance(120_000);
    assert.ok(sim.isEqual(), 'b has a’s records from c');
    const refused = b.meter.total(REFUSED);
    assert.ok(refused >= 1 && refused < 30, `${refused} refusals`);
  });

  test('a writer that gets what only writers send closes that link', async () => {
    const sim = new SimReplicas();
    const [a] = await sim.bootAll('a', 'b');
    assert.ok(a);
    const stranger = sim.network.mesh(peerNamed('stranger'));
    sim.network.connect(a.peer, peerNamed('stranger'));
    let closed = 0;
    const link = await stranger.open('/mindmesh/log/1', a.peer, { frame: () => {}, closed: () => (closed += 1) });
    await link.send(encodeFrame({ type: 'caught-up' })).catch(() => undefined);
    assert.equal(closed, 1);
    await sim.append('a', eventRecord(1));
    await sim.clock.advance(1);
    assert.equal(sim.node('b').disk.rows('ids').length, 1);
  });
});

describe('sim / replication / fork', () => {
  const twin = fakeIdentity(peerNamed('twin'));
  const log = { origin: twin.peer, epoch: epochNumber(1) };
  const batch = (from: number, length: number, name: string): Batch => {
    const records = Array.from({ length }, (_, i) => encodeRecord(eventRecord(i, {}, i < 3 ? {} : { actor: name })));
    return { from, records: records.slice(from), head: signHead(twin, log, extendTip(emptyTip(log), records)) };
  };

  const cases: { id: string; ofB: readonly Batch[]; ofC: readonly Batch[] }[] = [
    { id: 'of the same length', ofB: [batch(0, 5, 'one')], ofC: [batch(0, 5, 'two')] },
    { id: 'one longer than the other', ofB: [batch(0, 5, 'one')], ofC: [batch(0, 4, 'two'), batch(4, 8, 'two')] },
    { id: 'with no head at a common length', ofB: [batch(0, 5, 'one')], ofC: [batch(0, 3, 'two'), batch(3, 9, 'two')] },
  ];
  for (const { id, ofB, ofC } of cases) {
    test(`two nodes that hold two versions of one log find out when they meet: ${id}`, async () => {
      const sim = new SimReplicas();
      const [b, c] = [await sim.boot('b'), await sim.boot('c')];
      for (const each of ofB) await b.replica.apply(each, twin.peer);
      for (const each of ofC) await c.replica.apply(each, twin.peer);
      await sim.append('b', eventRecord(100));
      await sim.append('c', eventRecord(101));
      sim.connectAll();
      await sim.clock.advance(60_000);
      const quarantined = sim.nodes.flatMap(({ replica }) => replica.stats().quarantined);
      assert.ok(
        quarantined.length >= 1 && quarantined.every((key) => key === logKey(log)),
        JSON.stringify(quarantined),
      );
      const alerts = sim.nodes.flatMap(({ runtime }) => runtime.lines.filter(({ level }) => level === 'error'));
      assert.equal(alerts.length, quarantined.length);
      for (const { disk } of sim.nodes) {
        assert.ok(
          [100, 101].every((number) => disk.get('ids', eventId(number)) !== undefined),
          'other logs go on',
        );
      }
      // Afterwards it is quiet: the log is neither asked for nor sent again.
      const before = sim.network.bytes;
      await sim.clock.advance(120_000);
      assert.ok(sim.network.bytes - before < 60_000, `${sim.network.bytes - before} bytes`);
    });
  }

  test('a record that cannot be read is replicated byte for byte and shown everywhere', async () => {
    const sim = new SimReplicas();
    const [b] = await sim.bootAll('b', 'c');
    const records = [Buffer.from('not a record'), encodeRecord(eventRecord(1))];
    await b?.replica.apply(
      { from: 0, records, head: signHead(twin, log, extendTip(emptyTip(log), records)) },
      twin.peer,
    );
    await sim.clock.advance(1);
    assert.ok(sim.isEqual());
    const { disk, replica } = sim.node('c');
    assert.equal(disk.rows('unreadable').length, 1);
    assert.deepEqual(await replica.read({ ...log, seq: 0 }), decodeRecord(records[0] ?? Buffer.alloc(0)));
  });
});
