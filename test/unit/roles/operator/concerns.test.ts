import assert from 'node:assert/strict';
import test from 'node:test';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { ConcernSchema } from '../../../../protocols/operator.ts';
import { type ConcernFacts, findConcerns } from '../../../../roles/operator/concerns.ts';
import { cardOf, peerNamed } from '../../../fakes/cards.ts';
import { memberOf } from '../../../fakes/members.ts';

const MINUTE = 60_000;
const orchestrator = memberOf('boss', { roles: ['orchestrator'] });
const general = memberOf('gen', { offers: ['security-general'] });

/** An aggregator of a whole mesh, five minutes after its start. */
const HEALTHY: ConcernFacts = {
  self: cardOf('me', { roles: ['aggregator'] }),
  now: 5 * MINUTE,
  uptimeMs: 5 * MINUTE,
  members: [memberOf('me', { roles: ['aggregator'] }), orchestrator, general],
  listed: [{ peer: peerNamed('boss') }, { peer: peerNamed('gen') }],
  routed: ['security-general'],
  model: { configured: true },
  webhookSecrets: 1,
  unreadable: 0,
  quarantined: [],
  room: { stage: 'calm', freeBytes: 2 ** 31, reserveBytes: 2 ** 30, ballast: 'held' },
  copiesWanted: false,
  draining: false,
};

test('operator / concerns / a healthy node has none', () => {
  assert.deepEqual(findConcerns(HEALTHY), []);
});

interface Case {
  readonly id: string;
  readonly facts: Partial<ConcernFacts>;
  /** level, about, and what the problem says. */
  readonly expected: readonly (readonly ['error' | 'warning', string, RegExp])[];
}

const generalCard = cardOf('me', { offers: ['security-general'] });
const whole = cardOf('me', { roles: ['aggregator', 'orchestrator', 'general'] });

const cases: readonly Case[] = [
  { id: 'it leaves', facts: { draining: true, closed: 'leaving' }, expected: [['warning', 'node', /leaves/]] },
  {
    id: 'no peers are listed',
    facts: { listed: [] },
    expected: [['error', 'mesh', /no peers, and is itself no orchestrator and no general/]],
  },
  {
    id: 'two runs hold one branch',
    facts: { contested: ['main of acme/app'] },
    expected: [['warning', 'work', /two runs hold main of acme\/app/]],
  },
  {
    id: 'GitHub cannot be asked about a webhook',
    facts: { sweeps: [{ hook: 'acme/app#1', problem: 'Bad credentials', fix: 'Check github.token.' }] },
    expected: [['warning', 'ingest', /webhook acme\/app#1 that did not arrive cannot be found: Bad credentials/]],
  },
  { id: 'no peers are listed for a node with every role', facts: { listed: [], self: whole }, expected: [] },
  {
    id: 'a listed peer was never heard of',
    facts: { listed: [...HEALTHY.listed, { peer: peerNamed('ghost'), name: 'ghost' }] },
    expected: [['warning', 'mesh', /ghost was not heard of/]],
  },
  {
    id: 'the same right after the start',
    facts: { listed: [{ peer: peerNamed('ghost') }], uptimeMs: 1_000 },
    expected: [],
  },
  {
    id: 'a listed peer went away',
    facts: {
      members: [orchestrator, memberOf('gen', { offers: ['security-general'] }, { live: false, heardAt: 4 * MINUTE })],
    },
    expected: [
      ['warning', 'mesh', /gen has not been heard of for 60 s/],
      ['warning', 'work', /no live node offers: security-general/],
    ],
  },
  {
    id: 'a clock is half a minute off',
    facts: { members: [memberOf('boss', {}, { driftMs: 30_000 }), general] },
    expected: [['warning', 'clock', /boss is 30 s ahead/]],
  },
  {
    id: 'a clock is far off',
    facts: { members: [memberOf('boss', {}, { driftMs: -6 * MINUTE }), general] },
    expected: [['error', 'clock', /boss is 360 s behind/]],
  },
  {
    id: 'a clock is a little off',
    facts: { members: [memberOf('boss', {}, { driftMs: 29_999 }), general] },
    expected: [],
  },
  {
    id: 'no orchestrator is live',
    facts: { members: [memberOf('boss', {}, { live: false, heardAt: 5 * MINUTE }), general] },
    expected: [
      ['error', 'work', /no orchestrator of acme is live/],
      ['warning', 'mesh', /boss/],
    ],
  },
  {
    id: 'only a stranger is an orchestrator',
    facts: { members: [memberOf('boss', { org: 'other' }), general] },
    expected: [['error', 'work', /no orchestrator of acme/]],
  },
  {
    id: 'a route names what nobody offers',
    facts: { routed: ['security-general', 'priority-general', 'priority-general'] },
    expected: [['warning', 'work', /offers: priority-general$/]],
  },
  {
    id: 'a general has no model',
    facts: { self: generalCard, model: { configured: false } },
    expected: [['warning', 'model', /offline-rules/]],
  },
  { id: 'an aggregator has no model', facts: { model: { configured: false } }, expected: [] },
  {
    id: 'the model fails',
    facts: { self: generalCard, model: { configured: true, problem: '401' } },
    expected: [['warning', 'model', /401/]],
  },
  {
    id: 'no webhook secret is set',
    facts: { webhookSecrets: 0 },
    expected: [['error', 'ingest', /not served/]],
  },
  { id: 'no webhook secret is set on another role', facts: { webhookSecrets: 0, self: generalCard }, expected: [] },
  {
    id: 'ingest is closed',
    facts: { closed: 'the disk is behind' },
    expected: [['error', 'ingest', /the disk is behind/]],
  },
  {
    id: 'the disk is nearly full',
    facts: { room: { ...HEALTHY.room, stage: 'closed', freeBytes: 2 ** 29 } },
    expected: [['error', 'disk', /512 MiB are free.* fewer than the 1024 MiB.* 503/]],
  },
  {
    id: 'room goes: no new offers',
    facts: { room: { ...HEALTHY.room, stage: 'hold' } },
    expected: [['warning', 'disk', /makes no new offers$/]],
  },
  {
    id: 'room goes further: no new work either',
    facts: { room: { ...HEALTHY.room, stage: 'busy' } },
    expected: [['warning', 'disk', /no new offers and accepts no new work/]],
  },
  {
    id: 'the disk cannot be read',
    facts: { room: { stage: 'calm', ballast: 'held', problem: 'EIO' } },
    expected: [['error', 'disk', /cannot be read: EIO/]],
  },
  {
    id: 'the ballast was given up',
    facts: { room: { ...HEALTHY.room, ballast: 'released' } },
    expected: [['warning', 'disk', /no ballast/]],
  },
  { id: 'no ballast is wanted', facts: { room: { ...HEALTHY.room, ballast: 'none' } }, expected: [] },
  {
    id: 'the ballast is not made yet',
    facts: { room: { ...HEALTHY.room, ballast: 'released' }, uptimeMs: 5_000 },
    expected: [],
  },
  {
    id: 'copies are wanted and nobody is connected',
    facts: {
      copiesWanted: true,
      members: HEALTHY.members.map((member) => ({ ...member, connected: false })),
    },
    expected: [['error', 'ingest', /ingest\.ack is peer, and no other node of .* is connected/]],
  },
  { id: 'copies are wanted and somebody is connected', facts: { copiesWanted: true }, expected: [] },
  { id: 'records cannot be read', facts: { unreadable: 3 }, expected: [['warning', 'log', /3 records/]] },
  { id: 'a log has two heads', facts: { quarantined: ['peer/epoch'] }, expected: [['error', 'log', /peer\/epoch/]] },
  {
    id: 'an event waits long',
    facts: { oldestOpen: { eventId: eventIdOf('github', '1'), ageMs: 11 * MINUTE } },
    expected: [['warning', 'work', /github:1 is open for 11 min/]],
  },
  {
    id: 'an event is open for a moment',
    facts: { oldestOpen: { eventId: eventIdOf('github', '1'), ageMs: 5_000 } },
    expected: [],
  },
  {
    id: 'several things are wrong',
    facts: { unreadable: 1, webhookSecrets: 0 },
    expected: [
      ['error', 'ingest', /secret/],
      ['warning', 'log', /records/],
    ],
  },
];

for (const { id, facts, expected } of cases) {
  test(`operator / concerns / ${id}: ${expected.length === 0 ? 'nothing' : expected.map(([level, about]) => `${level} of ${about}`).join(', ')}`, () => {
    const found = findConcerns({ ...HEALTHY, ...facts });
    assert.deepEqual(
      found.map(({ level, about }) => [level, about]),
      expected.map(([level, about]) => [level, about]),
    );
    for (const [i, concern] of found.entries()) {
      assert.match(concern.problem, expected[i]?.[2] ?? /^$/);
      assert.ok(concern.fix.length > 10, 'says how to mend it');
      assert.deepEqual(ConcernSchema.parse(concern), concern);
    }
  });
}
