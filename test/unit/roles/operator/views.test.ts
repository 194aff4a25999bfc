import assert from 'node:assert/strict';
import test from 'node:test';
import { PeerViewSchema, RouteViewSchema, StatusViewSchema } from '../../../../protocols/operator.ts';
import { peerViews, routeViews, type SelfFacts, statusView } from '../../../../roles/operator/views.ts';
import { cardOf, idleLoad, peerNamed } from '../../../fakes/cards.ts';
import { memberOf } from '../../../fakes/members.ts';

const SELF: SelfFacts = {
  card: cardOf('me', { offers: ['security-general'] }),
  pid: 7,
  uptimeMs: 1_000,
  ready: true,
  dataDir: '/data',
  addresses: ['/ip4/127.0.0.1/tcp/7946'],
  http: { general: 'http://127.0.0.1:8080' },
  log: { epoch: '01HX0000000000000000000001', logs: 3, records: 30, own: 10, unreadable: 0 },
  events: { total: 4, open: 1 },
  generals: [idleLoad('security-general')],
  rssBytes: 104_857_600,
  model: 'offline-rules',
};

test('operator / status view / counts the other nodes, and fits its schema', () => {
  const members = [
    memberOf('me'),
    memberOf('a'),
    memberOf('b', {}, { connected: false }),
    memberOf('c', {}, { live: false, connected: false }),
  ];
  const view = statusView(SELF, members, []);
  assert.deepEqual(view.peers, { known: 3, live: 2, connected: 1 });
  assert.equal(view.rssMb, 105);
  assert.equal(view.name, 'me');
  assert.deepEqual(StatusViewSchema.parse(view), view);
});

test('operator / peer views / this node first, then by name, with its load added up', () => {
  const load = [
    { name: 'a', running: 1, queued: 2, capacity: 10, failureRate: 0 },
    { name: 'b', running: 2, queued: 0, capacity: 5, failureRate: 0 },
  ];
  const members = [
    memberOf('zoe', { offers: ['a', 'b'] }, { presence: { load }, heardAt: 400, driftMs: -20 }),
    memberOf('ann', {}, { live: false, heardAt: 100 }),
    memberOf('me', {}, { heardAt: 0 }),
  ];
  const views = peerViews(members, peerNamed('me'), 1_000);
  assert.deepEqual(
    views.map(({ name, self, heardAgoMs }) => [name, self, heardAgoMs]),
    [
      ['me', true, 0],
      ['ann', false, 900],
      ['zoe', false, 600],
    ],
  );
  assert.partialDeepStrictEqual(views[2], { running: 3, queued: 2, capacity: 15, driftMs: -20, generals: ['a', 'b'] });
  for (const view of views) assert.deepEqual(PeerViewSchema.parse(view), view);
});

test('operator / route views / keep the order, leave out what a rule does not name, and end with the unrouted one', () => {
  const views = routeViews(
    [
      {
        name: 'mine',
        match: { kind: ['pr_created'], repository: 'acme/*', label: undefined },
        generals: ['security-general'],
        strategy: 'broadcast',
        priority: 'high',
        origin: 'file',
      },
    ],
    'general-purpose-general',
  );
  assert.deepEqual(views[0]?.match, { kind: ['pr_created'], repository: 'acme/*' });
  assert.deepEqual(views[1], {
    name: 'unrouted',
    match: {},
    generals: ['general-purpose-general'],
    strategy: 'round_robin',
    priority: 'low',
    origin: 'default',
  });
  for (const view of views) assert.deepEqual(RouteViewSchema.parse(view), view);
});
