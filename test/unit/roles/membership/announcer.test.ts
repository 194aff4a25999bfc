import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GeneralLoad, Presence } from '../../../../protocols/presence.ts';
import { Announcer } from '../../../../roles/membership/announcer.ts';
import { MeshRoster } from '../../../../roles/membership/roster.ts';
import { cardOf, epochNumber, idleLoad, peerNamed, presenceOf } from '../../../fakes/cards.ts';
import { GossipBus } from '../../../fakes/gossip-bus.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';

const SELF = cardOf('self', { offers: ['triage-general'] });

function setUp() {
  const runtime = manualRuntime();
  const bus = new GossipBus();
  const mesh = bus.mesh(SELF.peer);
  const roster = new MeshRoster({ self: SELF.peer }, { mesh, runtime });
  const status = { ready: true, load: [idleLoad('triage-general')] as GeneralLoad[] };
  const announcer = new Announcer({ self: SELF }, { mesh, roster, runtime, status: () => status });
  const said = () => bus.published.map(({ message }) => message as Presence);
  return { runtime, bus, roster, status, announcer, said };
}

test('membership / announcer / says itself at the start and every five seconds', async () => {
  const { runtime, announcer, said } = setUp();
  announcer.start();
  await runtime.advance(20_000);
  assert.deepEqual(
    said().map(({ counter, clock }) => [counter, clock - 1_700_000_000_000]),
    [0, 1, 2, 3, 4].map((i) => [i, i * 5_000]),
  );
});

test('membership / announcer / is a member of its own roster', () => {
  const { announcer, roster } = setUp();
  announcer.start();
  assert.deepEqual(
    roster.members().map(({ peer, live }) => [peer, live]),
    [[SELF.peer, true]],
  );
});

test('membership / announcer / the interval grows with the mesh', async () => {
  const { runtime, announcer, roster, said } = setUp();
  for (let i = 0; i < 99; i++) roster.applyOwn(presenceOf(cardOf(`node${i}`)));
  announcer.start();
  await runtime.advance(9_999);
  assert.equal(said().length, 1);
  await runtime.advance(1);
  assert.equal(said().length, 2);
});

test('membership / announcer / a change is said at once, a burst of them twice', async () => {
  const { runtime, announcer, status, said } = setUp();
  announcer.start();
  await runtime.advance(1_000);
  for (let running = 1; running <= 5; running++) {
    status.load = [{ ...idleLoad('triage-general'), running }];
    announcer.changed();
  }
  await runtime.advance(1_000);
  assert.deepEqual(
    said().map(({ clock, load }) => [clock - 1_700_000_000_000, load[0]?.running]),
    [
      [0, 0],
      [1_000, 1],
      [1_250, 5],
    ],
  );
});

test('membership / announcer / a newcomer hears it within a second, also when its first gossip is lost', async () => {
  const { runtime, bus, announcer, said } = setUp();
  announcer.start();
  await runtime.advance(2_000);
  bus.connect(SELF.peer, peerNamed('newcomer'));
  await runtime.advance(1_000);
  assert.deepEqual(
    said().map(({ clock }) => clock - 1_700_000_000_000),
    [0, 2_100, 2_400, 2_900],
  );
});

test('membership / announcer / readiness once reached stays until it leaves', async () => {
  const { runtime, announcer, status, said } = setUp();
  status.ready = false;
  announcer.start();
  status.ready = true;
  await runtime.advance(5_000);
  status.ready = false;
  await runtime.advance(5_000);
  assert.deepEqual(
    said().map(({ ready }) => ready),
    [false, true, true],
  );
});

test('membership / announcer / leaving is said at once, and once', async () => {
  const { runtime, announcer, said } = setUp();
  announcer.start();
  announcer.leave();
  assert.deepEqual(
    said().map(({ draining }) => draining),
    [false, true],
  );
  announcer.stop();
  await runtime.advance(60_000);
  assert.equal(said().length, 2);
});

test('membership / announcer / one that never started says nothing', async () => {
  const { runtime, bus, announcer, said } = setUp();
  bus.connect(SELF.peer, peerNamed('newcomer'));
  announcer.changed();
  announcer.stop();
  await runtime.advance(60_000);
  assert.equal(said().length, 0);
});

test('membership / announcer / a boot is told by the epoch of the log, also when the clock was set back', async () => {
  const { runtime, bus, roster } = setUp();
  let epoch = epochNumber(7);
  const parts = { mesh: bus.mesh(SELF.peer), roster, runtime, status: () => ({ ready: true, load: [] }) };
  const announcer = new Announcer({ self: SELF }, { ...parts, epoch: () => epoch });
  // Read when it is needed: before its start the log has none.
  epoch = epochNumber(9);
  announcer.start();
  assert.equal(roster.members()[0]?.presence.epoch, epochNumber(9));
  announcer.stop();
});
