import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeCard } from '../../../../protocols/presence.ts';
import { Sight } from '../../../../roles/orchestrator/sight.ts';
import type { Member } from '../../../../roles/ports/roster.ts';
import { cardOf, epochNumber, idleLoad, presenceOf } from '../../../fakes/cards.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';

const SELF = cardOf('orc');
const GEN = cardOf('gen', { offers: ['triage-general'], cluster: 'dev' });
const DAY = 24 * 3_600_000;

interface World {
  members?: Member[];
  /** Cards that were written so many days ago. */
  cards?: [card: NodeCard, daysAgo: number][];
  statuses?: Record<string, string>;
}

async function see({ members = [], cards = [], statuses = {} }: World) {
  const runtime = manualRuntime();
  const position = { epoch: epochNumber(1), seq: 0 };
  const tables = {
    get: (_table: string, key: string) => {
      const status = statuses[key.replace('\u0000', ' ')];
      return status && { origin: SELF.peer, ...position, at: 0, status };
    },
    range: async () =>
      cards.map(([card, days]) => {
        const at = runtime.wall() - days * DAY;
        return [card.peer, { origin: card.peer, ...position, at, card }] as const;
      }),
  };
  const roster = { members: () => members, onChange: () => {} };
  const sight = new Sight(SELF, { tables, roster, runtime });
  await sight.start();
  return { sight, runtime, offering: () => sight.offerings('triage-general')[0] };
}

function member(
  card: NodeCard,
  fields: Partial<Member['presence']> & { live?: boolean; heardAt?: number } = {},
): Member {
  const { live = true, heardAt = 0, ...rest } = fields;
  return { peer: card.peer, presence: presenceOf(card, rest), live, connected: live, heardAt, driftMs: 0 };
}

const STATES: readonly { id: string; fields: Parameters<typeof member>[1]; state: string }[] = [
  { id: 'live', fields: {}, state: 'live' },
  { id: 'silent', fields: { live: false }, state: 'away' },
  { id: 'leaving', fields: { draining: true }, state: 'draining' },
  { id: 'not caught up', fields: { ready: false }, state: 'starting' },
];
for (const { id, fields, state } of STATES) {
  test(`orchestrator / sight / a node that is ${id} is seen as ${state}`, async () => {
    assert.equal((await see({ members: [member(GEN, fields)] })).offering()?.state, state);
  });
}

test('orchestrator / sight / what it told of its load is seen, running and queued together', async () => {
  const load = [{ ...idleLoad('triage-general', 7), running: 2, queued: 3, latencyMs: 40, failureRate: 0.5 }];
  const { offering } = await see({ members: [member(GEN, { load })] });
  const { load: seen, capacity, latencyMs, failureRate } = offering() ?? {};
  assert.deepEqual([seen, capacity, latencyMs, failureRate], [5, 7, 40, 0.5]);
});

test('orchestrator / sight / what was given to it since is counted, and a busy answer fills it', async () => {
  const { sight, offering } = await see({ members: [member(GEN)] });
  sight.countGiven(GEN.peer, 'triage-general');
  assert.equal(offering()?.load, 1);
  assert.equal(sight.hasRoom('triage-general', 'dev'), true);
  assert.equal(sight.hasRoom('triage-general', 'prod-us'), false);
  sight.countFull(GEN.peer, 'triage-general');
  assert.equal(offering()?.load, 10);
  assert.equal(sight.hasRoom('triage-general'), false);
});

test('orchestrator / sight / a node known by its card only is away, for seven days', async () => {
  const { offering } = await see({ cards: [[GEN, 6.9]] });
  assert.equal(offering()?.state, 'away');
  assert.equal(offering()?.cluster, 'dev');
  assert.equal((await see({ cards: [[GEN, 7.1]] })).offering(), undefined);
});

test('orchestrator / sight / what a node says now counts more than its old card', async () => {
  const changed = { ...GEN, generals: [] };
  const { sight } = await see({ members: [member(changed)], cards: [[GEN, 1]] });
  assert.deepEqual(sight.offerings('triage-general'), []);
});

test('orchestrator / sight / what a person set for a general in a cluster is seen', async () => {
  const { offering } = await see({ members: [member(GEN)], statuses: { 'dev triage-general': 'inactive' } });
  assert.equal(offering()?.status, 'inactive');
});

test('orchestrator / sight / a cluster whose name no slot can hold is not seen', async () => {
  const { offering } = await see({ members: [member({ ...GEN, cluster: 'not a cluster' })] });
  assert.equal(offering(), undefined);
});

test('orchestrator / sight / openings are the clusters where it could be asked for now', async () => {
  const other = cardOf('other', { offers: ['triage-general'], cluster: 'lab' });
  const away = cardOf('away', { offers: ['triage-general'], cluster: 'gone' });
  const { sight } = await see({ members: [member(GEN), member(other), member(away, { live: false })] });
  assert.deepEqual(
    [...sight.openings(['triage-general', 'x-general'])],
    [
      ['triage-general', 'dev lab'],
      ['x-general', ''],
    ],
  );
});

test('orchestrator / sight / a load that was told without being news is read after a second', async () => {
  const members = [member(GEN)];
  const { sight, runtime, offering } = await see({ members });
  sight.countFull(GEN.peer, 'triage-general');
  members[0] = member(GEN, { heardAt: 900, counter: 1 });
  assert.equal(offering()?.load, 10);
  await runtime.advance(1_001);
  assert.equal(offering()?.load, 0);
});
