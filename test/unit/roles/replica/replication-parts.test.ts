import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Heads } from '../../../../protocols/log-sync.ts';
import { TOPICS } from '../../../../protocols/names.ts';
import { CatchUpTurn } from '../../../../roles/replica/catch-up-turn.ts';
import { gossipIntervalMs, HeadsGossip } from '../../../../roles/replica/heads-gossip.ts';
import { chooseLinks, retryMs } from '../../../../roles/replica/link-keeper.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { FakeNetwork } from '../../../fakes/fake-mesh.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';
import { eventRecord } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

describe('replica / gossip of heads', () => {
  const intervals = [
    { id: 'alone', bytes: 300, active: 1, ms: 180 },
    { id: 'two', bytes: 400, active: 2, ms: 480 },
    { id: 'ten', bytes: 400, active: 10, ms: 2_400 },
    { id: 'a hundred', bytes: 400, active: 100, ms: 24_000 },
  ];
  for (const { id, bytes, active, ms } of intervals) {
    test(`a node hears at most 5 kB a second, and each speaks at most ten times: ${id}`, () => {
      assert.equal(gossipIntervalMs(bytes, active), ms);
      const copies = 3;
      assert.ok((copies * bytes * active * 1_000) / gossipIntervalMs(bytes, active) <= 5_000);
    });
  }

  test('the first commit is told at once, the following five a second, with the length then', async () => {
    const network = new FakeNetwork();
    const { replica, peer, runtime } = await startedNode('a');
    const heard: { at: number; heads: Heads }[] = [];
    network
      .mesh(peerNamed('b'))
      .onGossip(TOPICS.heads, (_from, heads) => heard.push({ at: runtime.monotonic(), heads }));
    network.connect(peer, peerNamed('b'));
    const gossip = new HeadsGossip(peer, { mesh: network.mesh(peer), replica, runtime, onGap: () => {} });
    replica.onGrowth((heads) => gossip.grown(heads));
    for (let i = 0; i < 20; i++) {
      await replica.append(eventRecord(i));
      await runtime.advance(15);
    }
    // Its card, and a record each 15 ms.
    assert.deepEqual(
      heard.map(({ at, heads }) => [at, heads.logs]),
      [
        [0, [[peer, replica.epoch, 2]]],
        [213, [[peer, replica.epoch, 16]]],
      ],
    );
  });

  test('longer heads are asked for after a grace, twice, and not when they have arrived or are quarantined', async () => {
    const network = new FakeNetwork();
    const runtime = manualRuntime();
    const origin = peerNamed('o');
    const [arrived, missing, quarantined] = [1, 2, 3].map((n) => ({ origin, epoch: epochNumber(n) }));
    const lengths = new Map([
      [arrived?.epoch, 1],
      [missing?.epoch, 1],
      [quarantined?.epoch, 1],
    ]);
    const lengthOf = (log: { epoch: string }) => [...lengths].find(([epoch]) => epoch === log.epoch)?.[1] ?? 0;
    const gaps: number[] = [];
    const gossip = new HeadsGossip(peerNamed('a'), {
      mesh: network.mesh(peerNamed('a')),
      replica: { lengthOf, expectedLengthOf: lengthOf, isQuarantined: ({ epoch }) => epoch === quarantined?.epoch },
      runtime,
      onGap: (from) => gaps.push(from === peerNamed('b') ? runtime.monotonic() : -1),
    });
    network.connect(peerNamed('a'), peerNamed('b'));
    const logs = [arrived, missing, quarantined].map((log): Heads['logs'][number] => [
      origin,
      log?.epoch ?? epochNumber(9),
      5,
    ]);
    network.mesh(peerNamed('b')).publish(TOPICS.heads, { v: 1, logs });
    await runtime.advance(100);
    assert.equal(gossip.behind(), 2);
    lengths.set(arrived?.epoch, 5);
    await runtime.advance(10_000);
    assert.deepEqual(gaps, [300, 600]);
    assert.equal(gossip.behind(), 1);
    lengths.set(missing?.epoch, 6);
    assert.equal(gossip.behind(), 0);
  });
});

describe('replica / links', () => {
  const peers = Array.from({ length: 20 }, (_, i) => peerNamed(`n${i + 1}`));

  test('few peers are all read', () => {
    assert.deepEqual(chooseLinks(peerNamed('a'), peers.slice(0, 6), 6), peers.slice(0, 6));
  });

  test('of many each node chooses others, and the same ones again', () => {
    const chosen = peers.map((self) =>
      chooseLinks(
        self,
        peers.filter((peer) => peer !== self),
        6,
      ),
    );
    assert.ok(chosen.every((links) => links.length === 6));
    assert.ok(new Set(chosen.map((links) => links.join())).size > 15);
    assert.deepEqual(chooseLinks(peers[0] ?? peerNamed('a'), peers.slice(1).toReversed(), 6), chosen[0]);
  });

  test('a peer that goes changes one link', () => {
    const self = peerNamed('a');
    const before = chooseLinks(self, peers, 6);
    const after = chooseLinks(
      self,
      peers.filter((peer) => peer !== before[2]),
      6,
    );
    assert.equal(before.filter((peer) => after.includes(peer)).length, 5);
  });

  test('every node is read by somebody and all can be reached', () => {
    const reads = new Map(
      peers.map((self) => [
        self,
        chooseLinks(
          self,
          peers.filter((peer) => peer !== self),
          6,
        ),
      ]),
    );
    for (const start of peers) {
      const reached = new Set([start]);
      for (const peer of reached)
        for (const [reader, sources] of reads) if (sources.includes(peer)) reached.add(reader);
      assert.equal(reached.size, peers.length);
    }
  });

  test('the wait before another try doubles up to its cap', () => {
    assert.deepEqual(
      [0, 1, 2, 3, 6, 50].map((failures) => retryMs(failures, 1)),
      [250, 500, 1_000, 2_000, 15_000, 15_000],
    );
    assert.equal(retryMs(0, 0), 125);
  });
});

describe('replica / catch-up turn', () => {
  const setUp = () => {
    const runtime = manualRuntime();
    const began: string[] = [];
    const turn = new CatchUpTurn<{ name: string }>(runtime);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => ({ name })) as [
      { name: string },
      { name: string },
      { name: string },
    ];
    const request = (who: { name: string }) => turn.request(who, () => began.push(who.name));
    return { runtime, began, turn, request, a, b, c };
  };

  test('one after the other', () => {
    const { began, turn, request, a, b, c } = setUp();
    for (const who of [a, b, c]) request(who);
    assert.deepEqual(began, ['a']);
    turn.release(a);
    turn.release(c);
    turn.release(b);
    assert.deepEqual(began, ['a', 'b']);
  });

  test('one that brings nothing for two seconds does not hold up the next', async () => {
    const { runtime, began, turn, request, a, b } = setUp();
    request(a);
    request(b);
    await runtime.advance(1_500);
    turn.progress(a);
    await runtime.advance(1_500);
    assert.deepEqual(began, ['a']);
    await runtime.advance(600);
    assert.deepEqual(began, ['a', 'b']);
  });

  test('one that lost its turn gives nothing back', async () => {
    const { runtime, began, turn, request, a, b, c } = setUp();
    for (const who of [a, b, c]) request(who);
    await runtime.advance(2_001);
    turn.release(a);
    turn.progress(a);
    assert.deepEqual(began, ['a', 'b']);
  });
});
