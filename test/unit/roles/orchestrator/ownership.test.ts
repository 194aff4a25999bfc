import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orchestratorsOf, ownerOf } from '../../../../roles/orchestrator/ownership.ts';
import type { Member } from '../../../../roles/ports/roster.ts';
import { cardOf, peerNamed, presenceOf } from '../../../fakes/cards.ts';

function member(
  name: string,
  fields: Partial<Member['presence']> & {
    live?: boolean;
    org?: string;
    roles?: ('aggregator' | 'orchestrator')[];
  } = {},
): Member {
  const { live = true, org = 'acme', roles = ['orchestrator'], ...rest } = fields;
  const presence = presenceOf(cardOf(name, { org, roles }), rest);
  return { peer: presence.card.peer, presence, live, connected: live, heardAt: 0, driftMs: 0 };
}

const CASES: readonly { id: string; members: readonly Member[]; names: readonly string[] }[] = [
  { id: 'live orchestrators may own', members: [member('b'), member('a')], names: ['a', 'b'] },
  { id: 'not who is away', members: [member('a'), member('b', { live: false })], names: ['a'] },
  { id: 'not who leaves', members: [member('a'), member('b', { draining: true })], names: ['a'] },
  { id: 'not who has not caught up', members: [member('a'), member('b', { ready: false })], names: ['a'] },
  {
    id: 'unless nobody has',
    members: [member('a', { ready: false }), member('b', { ready: false })],
    names: ['a', 'b'],
  },
  { id: 'not another org', members: [member('a'), member('b', { org: 'other' })], names: ['a'] },
  { id: 'not another role', members: [member('a'), member('b', { roles: ['aggregator'] })], names: ['a'] },
  { id: 'perhaps nobody', members: [], names: [] },
];
for (const { id, members, names } of CASES) {
  test(`orchestrator / ownership / ${id}`, () => {
    assert.deepEqual(orchestratorsOf('acme', members), names.map(peerNamed));
  });
}

test('orchestrator / ownership / an orchestrator that leaves hands over only its own subjects', () => {
  const all = ['a', 'b', 'c'].map(peerNamed);
  const left = all.slice(0, 2);
  for (let i = 0; i < 100; i++) {
    const before = ownerOf(`acme/app#${i}`, all);
    if (before !== all[2]) assert.equal(ownerOf(`acme/app#${i}`, left), before);
  }
  assert.equal(ownerOf('acme/app#1', []), undefined);
});
