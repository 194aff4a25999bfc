import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeFrame } from '../../protocols/frames.ts';
import { Aggregator } from '../../roles/aggregator/aggregator.ts';
import type { Outcome } from '../../roles/ports/ingest.ts';
import { peerNamed } from '../fakes/cards.ts';
import { keeperOf } from '../fakes/memory-blobs.ts';
import { type SimReplica, SimReplicas } from '../fakes/sim-replicas.ts';
import { readWebhook } from '../support/deliveries.ts';

function typeOf(bytes: Uint8Array): unknown {
  const { header } = decodeFrame(bytes, 'tap');
  return typeof header === 'object' && header !== null && 'type' in header ? header.type : undefined;
}

const delivery = (id: string) =>
  readWebhook({ event: 'issues', payload: { action: 'opened', issue: { number: 7, title: id } } }, id);

/** What senders were told, in words, by delivery. */
class Ingest {
  readonly #sim: SimReplicas;
  readonly answers = new Map<string, { readonly said: string; readonly at: number }>();
  #aggregator: Aggregator;

  constructor(sim: SimReplicas) {
    this.#sim = sim;
    this.#aggregator = aggregatorOn(sim.node('a'));
  }

  /** The process was started again. */
  restarted(): void {
    this.#aggregator = aggregatorOn(this.#sim.node('a'));
  }

  post(id: string, as = id): void {
    const { clock } = this.#sim;
    const sentAt = clock.now;
    void this.#aggregator.admit(delivery(id), 'github').then((outcome) => {
      this.answers.set(as, { said: wordOf(outcome), at: clock.now - sentAt });
    });
  }

  said(id: string): string {
    return this.answers.get(id)?.said ?? 'nothing';
  }
}

function aggregatorOn({ replica, disk, runtime, meter, sync }: SimReplica): Aggregator {
  return new Aggregator({}, { journal: replica, tables: disk, blobs: keeperOf(), runtime, meter, copies: sync.copies });
}

function wordOf(outcome: Outcome): string {
  return outcome.status === 'refused' ? outcome.code : outcome.status;
}

const holds = (sim: SimReplicas, name: string, id: string) =>
  sim.node(name).disk.get('ids', `github:${id}`) !== undefined;

async function meshOf(...names: readonly string[]): Promise<{ sim: SimReplicas; ingest: Ingest }> {
  const sim = new SimReplicas();
  await sim.bootAll(...names);
  return { sim, ingest: new Ingest(sim) };
}

describe('sim / ack peer', () => {
  test('an event is acknowledged as soon as another node has it, and it is there then', async () => {
    const { sim, ingest } = await meshOf('a', 'b');
    ingest.post('one');
    await sim.clock.advance(1);
    assert.equal(ingest.said('one'), 'accepted');
    assert.ok(holds(sim, 'b', 'one'));
  });

  test('a word for each batch is all the traffic there is', async () => {
    const { sim, ingest } = await meshOf('a', 'b', 'c');
    const said: unknown[] = [];
    sim.network.tap = (_from, to, bytes) => {
      if (to === peerNamed('a')) said.push(typeOf(bytes));
      return bytes;
    };
    for (let i = 0; i < 10; i++) {
      ingest.post(`d-${i}`);
      await sim.clock.advance(1);
    }
    assert.equal(ingest.answers.size, 10);
    assert.deepEqual(new Set(said), new Set(['more']));
    assert.equal(said.length, 20);
  });

  test('without any peer it is refused after 5 s and kept; a repeat is acknowledged once somebody came', async () => {
    const { sim, ingest } = await meshOf('a');
    ingest.post('one');
    await sim.clock.advance(4_999);
    assert.equal(ingest.said('one'), 'nothing');
    await sim.clock.advance(1);
    assert.equal(ingest.said('one'), 'copy-missing');
    assert.ok(holds(sim, 'a', 'one'));
    ingest.post('one', 'repeat');
    await sim.clock.advance(1_000);
    assert.equal(ingest.said('repeat'), 'nothing');
    await sim.boot('b');
    sim.connectAll();
    await sim.clock.advance(1_000);
    assert.equal(ingest.said('repeat'), 'duplicate');
    assert.ok(holds(sim, 'b', 'one'));
    assert.equal(sim.node('a').replica.stats().own, 2);
  });

  test('a peer that dies before its disk has it is no copy; another one is', async () => {
    const { sim, ingest } = await meshOf('a', 'b');
    sim.network.tap = (_from, _to, bytes) => (typeOf(bytes) === 'batch' ? undefined : bytes);
    ingest.post('one');
    await sim.clock.advance(10);
    await sim.kill('b');
    await sim.clock.advance(1_000);
    assert.equal(ingest.said('one'), 'nothing');
    sim.network.tap = (_from, _to, bytes) => bytes;
    await sim.boot('c');
    sim.connectAll();
    await sim.clock.advance(1_000);
    assert.equal(ingest.said('one'), 'accepted');
    assert.ok(holds(sim, 'c', 'one'));
  });

  test('what a node gets back after its disk was lost has a copy where it came from', async () => {
    const { sim, ingest } = await meshOf('a', 'b');
    ingest.post('one');
    await sim.clock.advance(10);
    assert.equal(ingest.said('one'), 'accepted');
    await sim.kill('a');
    await sim.boot('a');
    sim.connectAll();
    await sim.clock.advance(100);
    assert.ok(holds(sim, 'a', 'one'));
    ingest.restarted();
    ingest.post('one', 'repeat');
    await sim.clock.advance(10);
    assert.equal(ingest.said('repeat'), 'duplicate');
  });

  test('a peer with a slow disk is waited for until its sync, and what it loses before that was not acknowledged', async () => {
    let slow = false;
    const waiting: (() => void)[] = [];
    const sync = () => (slow ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve());
    const sim = new SimReplicas({ disk: { sync } });
    await sim.bootAll('a', 'b');
    const ingest = new Ingest(sim);
    ingest.post('one');
    await sim.clock.advance(10);
    assert.equal(ingest.said('one'), 'accepted');
    slow = true;
    ingest.post('two');
    await sim.clock.advance(10);
    // The disk of the aggregator is through, that of the peer is not.
    waiting.shift()?.();
    await sim.clock.advance(10);
    assert.equal(waiting.length, 1);
    assert.equal(ingest.said('two'), 'nothing');
    const disk = await sim.kill('b');
    assert.equal(disk.get('ids', 'github:two'), undefined);
    assert.notEqual(disk.get('ids', 'github:one'), undefined);
    await sim.clock.advance(5_000);
    assert.equal(ingest.said('two'), 'copy-missing');
  });

  const oneWay: { id: string; lost: (from: string, to: string) => boolean; arrives: boolean }[] = [
    { id: 'records do not arrive', lost: (from) => from === 'a', arrives: false },
    { id: 'the word of the peer does not arrive', lost: (from) => from === 'b', arrives: true },
  ];
  for (const { id, lost, arrives } of oneWay) {
    test(`one way is cut and ${id}: refused; once it is mended a repeat is acknowledged and nothing is there twice`, async () => {
      const { sim, ingest } = await meshOf('a', 'b');
      const names = new Map([peerNamed('a'), peerNamed('b')].map((peer, i) => [peer, i === 0 ? 'a' : 'b']));
      let cut = true;
      sim.network.tap = (from, to, bytes) =>
        cut && lost(names.get(from) ?? '', names.get(to) ?? '') ? undefined : bytes;
      ingest.post('one');
      await sim.clock.advance(5_000);
      assert.equal(ingest.said('one'), 'copy-missing');
      assert.equal(holds(sim, 'b', 'one'), arrives);
      cut = false;
      // A stream that lost a frame in the middle ends, as TCP does.
      sim.cut('a', 'b');
      sim.connect('a', 'b');
      ingest.post('one', 'repeat');
      await sim.clock.advance(3_000);
      assert.equal(ingest.said('repeat'), 'duplicate');
      assert.ok(holds(sim, 'b', 'one'));
      assert.equal(sim.node('a').replica.stats().own, 2);
    });
  }

  test('repeats while the first waits are answered together with it, with one record', async () => {
    const { sim, ingest } = await meshOf('a');
    ingest.post('one');
    await sim.clock.advance(2_000);
    for (const name of ['r1', 'r2', 'r3']) ingest.post('one', name);
    await sim.boot('b');
    sim.connectAll();
    await sim.clock.advance(1_000);
    assert.equal(ingest.said('one'), 'accepted');
    assert.deepEqual(
      ['r1', 'r2', 'r3'].map((name) => ingest.said(name)),
      ['duplicate', 'duplicate', 'duplicate'],
    );
    assert.equal(sim.node('a').replica.stats().own, 2);
  });

  test('after a restart a repeat of what was never copied still waits for a copy', async () => {
    const { sim, ingest } = await meshOf('a');
    ingest.post('one');
    await sim.clock.advance(100);
    const disk = await sim.kill('a');
    await sim.boot('a', disk);
    ingest.restarted();
    ingest.post('one', 'repeat');
    await sim.clock.advance(4_000);
    assert.equal(ingest.said('repeat'), 'nothing');
    await sim.boot('b');
    sim.connectAll();
    await sim.clock.advance(900);
    assert.equal(ingest.said('repeat'), 'duplicate');
    assert.ok(holds(sim, 'b', 'one'));
  });

  test('a node that leaves waits until what it wrote is on another disk, and no longer than it may', async () => {
    let slow = false;
    const waiting: (() => void)[] = [];
    const sync = () => (slow ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve());
    const sim = new SimReplicas({ disk: { sync } });
    await sim.bootAll('a', 'b');
    const ingest = new Ingest(sim);
    ingest.post('one');
    await sim.clock.advance(10);
    slow = true;
    ingest.post('two');
    await sim.clock.advance(10);
    waiting.shift()?.();
    await sim.clock.advance(10);
    const answers: boolean[] = [];
    const leave = () =>
      void sim
        .node('a')
        .sync.handedOn(4_000)
        .then((handedOn) => answers.push(handedOn));
    leave();
    await sim.clock.advance(3_999);
    assert.deepEqual(answers, []);
    await sim.clock.advance(1);
    assert.deepEqual(answers, [false]);
    leave();
    await sim.clock.advance(10);
    waiting.shift()?.();
    await sim.clock.advance(10);
    assert.deepEqual(answers, [false, true]);
    assert.ok(holds(sim, 'b', 'two'));
  });

  test('the disk of the aggregator is lost at any moment: every acknowledged event is in the mesh', async () => {
    for (let moment = 0; moment < 12; moment++) {
      const { sim, ingest } = await meshOf('a', 'b', 'c');
      let frames = 0;
      let isGone = false;
      // At the n-th frame after the first delivery nothing leaves or reaches the aggregator any more.
      sim.network.tap = (from, to, bytes) => {
        const isMine = from === peerNamed('a') || to === peerNamed('a');
        if (isMine && frames++ >= moment) isGone = true;
        return isMine && isGone ? undefined : bytes;
      };
      for (let i = 0; i < 5; i++) {
        ingest.post(`d-${i}`);
        await sim.clock.advance(1);
      }
      await sim.clock.advance(10);
      await sim.kill('a');
      sim.network.tap = (_from, _to, bytes) => bytes;
      await sim.clock.advance(30_000);
      for (const [id, { said }] of ingest.answers) {
        if (said === 'accepted') assert.ok(holds(sim, 'b', id) && holds(sim, 'c', id), `${id} at moment ${moment}`);
      }
    }
  });
});
