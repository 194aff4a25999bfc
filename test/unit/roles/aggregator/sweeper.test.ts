import assert from 'node:assert/strict';
import test from 'node:test';
import { MeshError } from '../../../../protocols/errors.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { hookMark, Sweeper, sweeperOf } from '../../../../roles/aggregator/sweeper.ts';
import type { HookDelivery } from '../../../../roles/ports/deliveries.ts';
import type { Member } from '../../../../roles/ports/roster.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { meshEvent } from '../../../fakes/events.ts';
import { FakeHook } from '../../../fakes/hook.ts';
import { MemoryTables } from '../../../fakes/journal.ts';
import { countingMeter, manualRuntime } from '../../../fakes/manual-runtime.ts';
import { memberOf } from '../../../fakes/members.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MARK = hookMark('acme/app#1');
const aggregator = (name: string, fields = {}) => memberOf(name, { roles: ['aggregator'], sweeps: [MARK] }, fields);

function setting({ members = [aggregator('me')], hook = new FakeHook() } = {}) {
  const runtime = manualRuntime();
  const meter = countingMeter();
  const tables = new MemoryTables();
  let seq = 0;
  let live: readonly Member[] = members;
  let ready = true;
  const sweeper = new Sweeper(
    { self: peerNamed('me'), org: 'acme', everyMs: 5 * MINUTE, horizonMs: 3 * DAY },
    {
      hooks: [hook],
      tables,
      runtime,
      meter,
      roster: { members: () => live, onChange: () => undefined },
      isReady: () => ready,
    },
  );
  const store = (guid: string) =>
    tables.project(
      { origin: peerNamed('me'), epoch: epochNumber(1), seq: seq++ },
      { v: 1, type: 'event', at: 1, event: meshEvent({ id: eventIdOf('github', guid) }) },
    );
  const deliver = (guid: string, ago: number, status = 0): HookDelivery => {
    const id = `${guid}.${hook.deliveries.length}`;
    const delivery = { id, guid, at: runtime.wall() - ago, event: 'issues', status };
    hook.deliveries.push(delivery);
    return delivery;
  };
  return {
    runtime,
    meter,
    hook,
    sweeper,
    store,
    deliver,
    become: (next: readonly Member[]) => {
      live = next;
    },
    setReady: (is: boolean) => {
      ready = is;
    },
  };
}

test('aggregator / sweeper / at its start it looks through all pages and asks for what is missing, the oldest first', async () => {
  const { runtime, hook, sweeper, store, deliver, meter } = setting();
  for (const [i, guid] of ['a', 'b', 'c', 'd', 'e'].entries()) deliver(guid, HOUR - i * MINUTE, i % 2 === 0 ? 202 : 0);
  store('a');
  store('d');
  sweeper.start();
  await runtime.advance(5_000);
  assert.deepEqual(hook.listed, [undefined, '2', '4']);
  assert.deepEqual(hook.asked, ['b.1', 'c.2', 'e.4']);
  assert.equal(meter.total('mindmesh_sweep_redeliveries_total', { outcome: 'asked' }), 3);
  assert.deepEqual(sweeper.report(), [{ hook: 'acme/app#1', ours: true, missing: 3 }]);
  await sweeper.stop();
});

test('aggregator / sweeper / it does not page beyond the horizon', async () => {
  const { runtime, hook, sweeper, deliver } = setting();
  for (const days of [9, 8, 7, 6, 2, 1]) deliver(`${days}`, days * DAY, 202);
  sweeper.start();
  await runtime.advance(5_000);
  assert.deepEqual(hook.listed, [undefined, '2']);
  assert.deepEqual(hook.asked, ['2.4', '1.5']);
  await sweeper.stop();
});

test('aggregator / sweeper / later looks list only what is new, and what arrived is not asked for again', async () => {
  const { runtime, hook, sweeper, store, deliver } = setting({ hook: new FakeHook('acme/app#1', 3) });
  hook.repeat = ({ guid }) => {
    deliver(guid, 0, 202);
    store(guid);
  };
  for (let i = 0; i < 9; i++) store(deliver(`old${i}`, 2 * HOUR).guid);
  deliver('lost', HOUR);
  sweeper.start();
  await runtime.advance(5_000);
  assert.equal(hook.listed.length, 4);
  assert.deepEqual(hook.asked, ['lost.9']);
  await runtime.advance(5 * MINUTE);
  assert.equal(hook.listed.length, 5, 'one page: the rest was seen');
  assert.equal(hook.asked.length, 1);
  assert.equal(sweeper.report()[0]?.missing, 0);
  deliver('new', 0);
  await runtime.advance(5 * MINUTE);
  assert.deepEqual(hook.asked, ['lost.9', 'new.11']);
  await sweeper.stop();
});

test('aggregator / sweeper / what arrives by itself while others are asked for is left alone', async () => {
  const { runtime, hook, sweeper, store, deliver } = setting();
  deliver('a', 2 * HOUR);
  deliver('b', HOUR);
  hook.repeat = () => store('b');
  sweeper.start();
  await runtime.advance(5_000);
  assert.deepEqual(hook.asked, ['a.0']);
  await sweeper.stop();
});

test('aggregator / sweeper / what is missing is remembered after the look that found it', async () => {
  const { runtime, hook, sweeper, store, deliver } = setting({ hook: new FakeHook('acme/app#1', 1) });
  deliver('a', 2 * HOUR);
  store(deliver('b', HOUR).guid);
  store(deliver('c', 5 * MINUTE).guid);
  sweeper.start();
  await runtime.advance(5_000 + 10 * MINUTE);
  assert.deepEqual(hook.listed, [undefined, '1', '2', undefined, '1', undefined, '1'], 'later looks end at b');
  assert.deepEqual(hook.asked, ['a.0', 'a.0', 'a.0']);
  await sweeper.stop();
});

test('aggregator / sweeper / what nobody takes is asked for ever more rarely, and let go after three days', async () => {
  const { runtime, hook, sweeper, deliver } = setting({ hook: new FakeHook('acme/app#1', 100) });
  hook.repeat = ({ guid }) => deliver(guid, 0, 400);
  deliver('bad', 2 * MINUTE, 400);
  sweeper.start();
  await runtime.advance(HOUR);
  // Waits of 4, 8, 16 minutes end at the looks after 5, 15 and 35.
  assert.equal(hook.asked.length, 4);
  await runtime.advance(2 * DAY + 20 * HOUR);
  assert.ok(hook.asked.length < 22, `${hook.asked.length} requests`);
  await runtime.advance(4 * HOUR);
  const asked = hook.asked.length;
  assert.equal(sweeper.report()[0]?.missing, 0);
  await runtime.advance(DAY);
  assert.equal(hook.asked.length, asked);
  await sweeper.stop();
});

test('aggregator / sweeper / a listing that fails is told with its fix, and begins anew where it began', async () => {
  const { runtime, hook, sweeper, deliver, meter } = setting();
  deliver('a', HOUR);
  hook.failures.push(new MeshError('github-unauthorized', { request: 'GET x', problem: 'Bad credentials' }));
  sweeper.start();
  await runtime.advance(5_000);
  const [report] = sweeper.report();
  assert.match(report?.problem ?? '', /Bad credentials/);
  assert.match(report?.fix ?? '', /github\.token/);
  assert.equal(meter.total('mindmesh_sweeps_total', { outcome: 'failed' }), 1);
  await runtime.advance(5 * MINUTE);
  assert.deepEqual(hook.asked, ['a.0']);
  assert.equal(sweeper.report()[0]?.problem, undefined);
  await sweeper.stop();
});

test('aggregator / sweeper / one that GitHub has let go of does not keep the others', async () => {
  const { runtime, hook, sweeper, deliver } = setting();
  deliver('gone', 2 * HOUR);
  deliver('here', HOUR);
  const redeliver = hook.redeliver.bind(hook);
  hook.redeliver = (id) =>
    id === 'gone.0'
      ? Promise.reject(new MeshError('github-not-found', { request: 'POST x', problem: 'Not Found' }))
      : redeliver(id);
  sweeper.start();
  await runtime.advance(5_000);
  assert.deepEqual(hook.asked, ['here.1']);
  assert.equal(sweeper.report()[0]?.problem, undefined);
  await sweeper.stop();
});

test('aggregator / sweeper / a node that has not caught up waits: what it lacks may be elsewhere', async () => {
  const { runtime, hook, sweeper, deliver, setReady } = setting();
  deliver('a', HOUR);
  setReady(false);
  sweeper.start();
  await runtime.advance(HOUR);
  assert.deepEqual(hook.listed, []);
  setReady(true);
  await runtime.advance(5_000);
  assert.deepEqual(hook.asked, ['a.0']);
  await sweeper.stop();
});

test('aggregator / sweeper / who takes over looks through everything at once', async () => {
  let members = [aggregator('me'), aggregator('you')];
  const owner = sweeperOf('acme/app#1', 'acme', members);
  // Seen by the one that does not own it while both live.
  const self = members.find(({ peer }) => peer !== owner)?.peer ?? assert.fail();
  const hook = new FakeHook('acme/app#1', 1);
  const runtime = manualRuntime();
  const sweeper = new Sweeper(
    { self, org: 'acme', everyMs: 5 * MINUTE, horizonMs: 3 * DAY },
    {
      hooks: [hook],
      tables: new MemoryTables(),
      runtime,
      meter: countingMeter(),
      roster: { members: () => members, onChange: () => undefined },
      isReady: () => true,
    },
  );
  hook.deliveries.push({ id: '1', guid: 'a', at: runtime.wall() - HOUR, event: 'issues', status: 0 });
  sweeper.start();
  await runtime.advance(HOUR);
  assert.deepEqual(hook.listed, []);
  assert.equal(sweeper.report()[0]?.ours, false);
  members = members.map((member) => (member.peer === owner ? { ...member, live: false } : member));
  await runtime.advance(5_000);
  assert.deepEqual(hook.asked, ['1']);
  assert.deepEqual(hook.listed, [undefined]);
  const older = { event: 'issues', status: 0, guid: 'b', id: '2', at: runtime.wall() - 2 * DAY };
  hook.deliveries.unshift(older, { ...older, guid: 'c', id: '3', status: 204, at: runtime.wall() - DAY });
  members = members.map((member) => ({ ...member, live: true }));
  await runtime.advance(5_000);
  members = members.map((member) => ({ ...member, live: member.peer === self }));
  await runtime.advance(5_000);
  assert.deepEqual(hook.asked, ['1', '2', '1'], 'nothing is taken from the time before');
  await sweeper.stop();
});

test('aggregator / sweeper / of a webhook only live aggregators of the org that are set up for it are chosen, all choose the same', () => {
  const able = ['a', 'b', 'c', 'd'].map((name) => aggregator(name));
  const unable = [
    memberOf('x', { roles: ['aggregator'] }),
    memberOf('y', { roles: ['orchestrator'], sweeps: [MARK] }),
    memberOf('z', { roles: ['aggregator'], sweeps: [hookMark('acme/app#2')] }),
    aggregator('w', { live: false }),
    aggregator('v', { presence: { draining: true } }),
    memberOf('u', { roles: ['aggregator'], sweeps: [MARK], org: 'globex' }),
  ];
  const chosen = sweeperOf('acme/app#1', 'acme', [...able, ...unable]);
  assert.equal(sweeperOf('acme/app#1', 'acme', [...unable, ...able.toReversed()]), chosen);
  assert.ok(able.some(({ peer }) => peer === chosen));
  assert.equal(sweeperOf('acme/app#1', 'acme', unable), undefined);
});

test('aggregator / sweeper / stopped while it asks, it asks no more', async () => {
  const { runtime, hook, sweeper, deliver } = setting();
  deliver('a', 2 * HOUR);
  deliver('b', HOUR);
  hook.repeat = () => void sweeper.stop();
  sweeper.start();
  await runtime.advance(HOUR);
  assert.deepEqual(hook.asked, ['a.0']);
  assert.equal(sweeper.report()[0]?.problem, undefined);
});
