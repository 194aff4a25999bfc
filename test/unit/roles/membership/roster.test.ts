import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerId } from '../../../../protocols/ids.ts';
import { PROTOCOLS, TOPICS } from '../../../../protocols/names.ts';
import type { Presence } from '../../../../protocols/presence.ts';
import { MeshRoster } from '../../../../roles/membership/roster.ts';
import { cardOf, epochNumber, idleLoad, presenceOf } from '../../../fakes/cards.ts';
import { FakeNetwork } from '../../../fakes/fake-mesh.ts';
import { GossipBus } from '../../../fakes/gossip-bus.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';

const SELF = cardOf('self');
const OTHER = cardOf('other', { offers: ['triage-general'] });

function setUp(forgetAfterMs?: number) {
  const runtime = manualRuntime();
  const bus = new GossipBus();
  const options = { self: SELF.peer, ...(forgetAfterMs !== undefined && { forgetAfterMs }) };
  const roster = new MeshRoster(options, { mesh: bus.mesh(SELF.peer), runtime });
  bus.connect(SELF.peer, OTHER.peer);
  const changes: number[] = [];
  roster.onChange(() => changes.push(runtime.monotonic()));
  const hear = (presence: Presence, from: PeerId = presence.card.peer) => bus.deliver(from, TOPICS.presence, presence);
  const member = (peer = OTHER.peer) => roster.members().find((each) => each.peer === peer);
  return { runtime, bus, roster, changes, hear, member };
}

test('membership / roster / a node is known once it was heard, with its drift', () => {
  const { hear, member, changes } = setUp();
  assert.equal(member(), undefined);
  hear(presenceOf(OTHER, { clock: 1_700_000_000_700 }));
  assert.equal(member()?.live, true);
  assert.equal(member()?.driftMs, 700);
  assert.equal(changes.length, 1);
});

test('membership / roster / a node is live for three presence intervals and then away, but not forgotten', async () => {
  const { runtime, hear, member, changes } = setUp();
  hear(presenceOf(OTHER));
  await runtime.advance(14_999);
  assert.equal(member()?.live, true);
  await runtime.advance(1);
  assert.equal(member()?.live, false);
  assert.deepEqual(changes, [0, 15_000]);
});

test('membership / roster / a newer presence keeps a node alive without being news', async () => {
  const { runtime, hear, member, changes } = setUp();
  hear(presenceOf(OTHER, { counter: 1 }));
  await runtime.advance(10_000);
  hear(presenceOf(OTHER, { counter: 2 }));
  await runtime.advance(10_000);
  assert.equal(member()?.live, true);
  assert.deepEqual(changes, [0]);
});

test('membership / roster / a replayed or older presence keeps nobody alive', async () => {
  const { runtime, hear, member } = setUp();
  const last = presenceOf(OTHER, { epoch: epochNumber(5), counter: 9 });
  hear(last);
  for (const stale of [last, { ...last, counter: 8 }, { ...last, epoch: epochNumber(4), counter: 50 }]) {
    await runtime.advance(5_000);
    hear(stale);
  }
  assert.equal(member()?.live, false);
  assert.equal(member()?.heardAt, 0);
});

test('membership / roster / a restart counts as newer although its counter starts again', () => {
  const { hear, member } = setUp();
  hear(presenceOf(OTHER, { epoch: epochNumber(1), counter: 100 }));
  hear(presenceOf(OTHER, { epoch: epochNumber(2), counter: 0 }));
  assert.equal(member()?.presence.epoch, epochNumber(2));
});

test('membership / roster / a presence that speaks for somebody else is not heard', () => {
  const { hear, member, bus } = setUp();
  const third = cardOf('third');
  bus.connect(SELF.peer, third.peer);
  hear(presenceOf(OTHER), third.peer);
  assert.equal(member(), undefined);
});

const NEWS: readonly { id: string; fields: Partial<Presence> }[] = [
  { id: 'a load', fields: { load: [{ ...idleLoad('triage-general'), running: 1 }] } },
  { id: 'readiness', fields: { ready: false } },
  { id: 'draining', fields: { draining: true } },
  { id: 'a card', fields: { card: { ...OTHER, version: '0.2.0' } } },
  { id: 'an epoch', fields: { epoch: epochNumber(7) } },
];
for (const { id, fields } of NEWS) {
  test(`membership / roster / ${id} that changed is told`, () => {
    const { hear, changes } = setUp();
    hear(presenceOf(OTHER));
    hear(presenceOf(OTHER, { counter: 1, ...fields }));
    assert.equal(changes.length, 2);
  });
}

test('membership / roster / a node that was away and comes back is told', async () => {
  const { runtime, hear, member, changes } = setUp();
  hear(presenceOf(OTHER));
  await runtime.advance(20_000);
  hear(presenceOf(OTHER, { counter: 1 }));
  assert.equal(member()?.live, true);
  assert.deepEqual(changes, [0, 15_000, 20_000]);
});

test('membership / roster / this node is live without gossip, however long', async () => {
  const { runtime, roster, member } = setUp();
  roster.applyOwn(presenceOf(SELF));
  await runtime.advance(10 * 24 * 3_600_000);
  assert.equal(member(SELF.peer)?.live, true);
});

test('membership / roster / a silent node is forgotten in the end, and told', async () => {
  const { runtime, hear, member, changes } = setUp(60_000);
  hear(presenceOf(OTHER));
  await runtime.advance(59_999);
  assert.equal(member()?.live, false);
  await runtime.advance(1);
  assert.equal(member(), undefined);
  assert.deepEqual(changes, [0, 15_000, 60_000]);
});

test('membership / roster / connections are shown and told', () => {
  const { bus, hear, member, changes } = setUp();
  hear(presenceOf(OTHER));
  assert.equal(member()?.connected, true);
  bus.disconnect(SELF.peer, OTHER.peer);
  assert.equal(member()?.connected, false);
  assert.equal(changes.length, 2);
});

test('membership / roster / with a hundred nodes the interval and with it the patience grow', async () => {
  const { runtime, bus, hear, member } = setUp();
  const nodes = Array.from({ length: 99 }, (_, i) => cardOf(`node${i}`));
  for (const card of nodes) {
    bus.connect(SELF.peer, card.peer);
    hear(presenceOf(card));
  }
  hear(presenceOf(OTHER));
  await runtime.advance(29_999);
  assert.equal(member()?.live, true);
  await runtime.advance(1);
  assert.equal(member()?.live, false);
});

test('membership / roster / stopped, it tells nothing any more', async () => {
  const { runtime, roster, hear, changes } = setUp();
  hear(presenceOf(OTHER));
  roster.stop();
  await runtime.advance(60_000);
  assert.deepEqual(changes, [0]);
});

/** What may come of a node, at which second, after its presence (epoch 5, counter 9) at 0; the interval is 5 s. */
const LIVES: readonly {
  id: string;
  says: readonly (readonly [second: number, what: 'frame' | Partial<Presence>])[];
  at: number;
  live: boolean;
}[] = [
  { id: 'nothing for three intervals', says: [], at: 15, live: false },
  { id: 'a newer presence', says: [[10, { counter: 10 }]], at: 24, live: true },
  { id: 'a newer presence three intervals ago', says: [[10, { counter: 10 }]], at: 25, live: false },
  { id: 'a frame', says: [[10, 'frame']], at: 24, live: true },
  { id: 'a frame three intervals ago', says: [[10, 'frame']], at: 25, live: false },
  { id: 'a frame after it was away', says: [[40, 'frame']], at: 54, live: true },
  { id: 'the same presence again', says: [[10, {}]], at: 15, live: false },
  { id: 'an older presence', says: [[10, { counter: 8 }]], at: 15, live: false },
  { id: 'a presence of an earlier boot', says: [[10, { epoch: epochNumber(4), counter: 99 }]], at: 15, live: false },
  { id: 'replays without end', says: [4, 8, 12, 16, 20].map((second) => [second, {}] as const), at: 20, live: false },
  {
    id: 'a replay after a frame',
    says: [
      [10, 'frame'],
      [20, {}],
    ],
    at: 25,
    live: false,
  },
  { id: 'a later boot', says: [[10, { epoch: epochNumber(6), counter: 0 }]], at: 24, live: true },
];
for (const { id, says, at, live } of LIVES) {
  test(`membership / roster / live / heard of it: ${id}: ${live ? 'live' : 'away'}`, async () => {
    const runtime = manualRuntime();
    const network = new FakeNetwork();
    const roster = new MeshRoster({ self: SELF.peer }, { mesh: network.mesh(SELF.peer), runtime });
    const other = network.mesh(OTHER.peer);
    network.connect(SELF.peer, OTHER.peer);
    network.mesh(SELF.peer).serve(PROTOCOLS.log, () => ({ frame: () => undefined, closed: () => undefined }));
    const link = await other.open(PROTOCOLS.log, SELF.peer, { frame: () => undefined, closed: () => undefined });
    const first = presenceOf(OTHER, { epoch: epochNumber(5), counter: 9 });
    other.publish(TOPICS.presence, first);
    await settled();
    for (const [second, what] of says) {
      await runtime.advance(second * 1_000 - runtime.monotonic());
      if (what === 'frame') await link.send(new Uint8Array([1]));
      else other.publish(TOPICS.presence, { ...first, ...what });
      await settled();
    }
    await runtime.advance(at * 1_000 - runtime.monotonic());
    assert.equal(roster.members()[0]?.live, live);
  });
}

test('membership / roster / live / a frame makes nobody known, and is not taken for a load that was told', async () => {
  const runtime = manualRuntime();
  const network = new FakeNetwork();
  const roster = new MeshRoster({ self: SELF.peer }, { mesh: network.mesh(SELF.peer), runtime });
  const changes: number[] = [];
  network.connect(SELF.peer, OTHER.peer);
  network.mesh(SELF.peer).serve(PROTOCOLS.log, () => ({ frame: () => undefined, closed: () => undefined }));
  const other = network.mesh(OTHER.peer);
  const link = await other.open(PROTOCOLS.log, SELF.peer, { frame: () => undefined, closed: () => undefined });
  await link.send(new Uint8Array([1]));
  await settled();
  assert.deepEqual(roster.members(), []);
  other.publish(TOPICS.presence, presenceOf(OTHER));
  await settled();
  roster.onChange(() => changes.push(runtime.monotonic()));
  await runtime.advance(10_000);
  await link.send(new Uint8Array([1]));
  await settled();
  assert.equal(roster.members()[0]?.heardAt, 0);
  assert.deepEqual(changes, [], 'it was live all the time');
  await runtime.advance(20_000);
  await link.send(new Uint8Array([1]));
  await settled();
  assert.deepEqual(changes, [25_000, 30_000], 'it went, and came back');
});
