import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRATEGIES, type Strategy } from '../../../../protocols/dispatch.ts';
import type { Candidate } from '../../../../protocols/record.ts';
import type { Offering } from '../../../../roles/orchestrator/offering.ts';
import type { SelectionContext } from '../../../../roles/orchestrator/rank.ts';
import { SELECTIONS } from '../../../../roles/orchestrator/strategies.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import { CONTEXT, offeringOf } from './samples.ts';

function select(strategy: Strategy, offerings: readonly Offering[], context: Partial<SelectionContext> = {}) {
  return SELECTIONS[strategy](offerings, { ...CONTEXT, ...context }).parts;
}

const nameOf = (offerings: readonly Offering[], { peer }: Candidate) =>
  offerings.find((each) => each.peer === peer)?.node ?? '';

/** Names in the order they would be asked. */
function order(strategy: Strategy, offerings: readonly Offering[], context?: Partial<SelectionContext>): string[] {
  return select(strategy, offerings, context)
    .flatMap(({ candidates }) => candidates)
    .filter(({ rank }) => rank !== undefined)
    .map((candidate) => nameOf(offerings, candidate));
}

const HINDERED: readonly { id: string; fields: Partial<Offering>; reason: RegExp }[] = [
  { id: 'away', fields: { state: 'away' }, reason: /^away/ },
  { id: 'draining', fields: { state: 'draining' }, reason: /^draining/ },
  { id: 'starting', fields: { state: 'starting' }, reason: /^starting/ },
  { id: 'inactive', fields: { status: 'inactive' }, reason: /^inactive: a person/ },
  { id: 'foreign', fields: { org: 'other' }, reason: /^foreign: it belongs to other/ },
  { id: 'full', fields: { load: 10 }, reason: /^full: 10\/10/ },
];
for (const strategy of STRATEGIES) {
  for (const { id, fields, reason } of HINDERED) {
    test(`orchestrator / ${strategy} / one that is ${id} is listed with the reason and without a rank`, () => {
      const offerings = [offeringOf('good'), offeringOf('bad', fields)];
      const candidates = select(strategy, offerings).flatMap((part) => part.candidates);
      const bad = candidates.find(({ peer }) => peer === peerNamed('bad'));
      assert.equal(bad?.rank, undefined);
      assert.match(bad?.reason ?? '', reason);
      assert.deepEqual(order(strategy, offerings), ['good']);
    });
  }

  test(`orchestrator / ${strategy} / when all are full they are ranked all the same and asked when they have room`, () => {
    const [part] = select(strategy, [offeringOf('a', { load: 10 }), offeringOf('b', { load: 12 })]);
    assert.deepEqual(
      part?.candidates.map(({ rank }) => rank),
      [0, 1],
    );
    for (const { reason } of part?.candidates ?? []) assert.match(reason, /full: 1[02]\/10: asked when it has room/);
  });

  test(`orchestrator / ${strategy} / one that a person set to busy is asked last`, () => {
    const offerings = [offeringOf('b', { status: 'busy' }), offeringOf('a', { load: 9 }), offeringOf('c', { load: 9 })];
    assert.equal(order(strategy, offerings).at(-1), 'b');
  });

  test(`orchestrator / ${strategy} / nobody to choose from gives one part that is empty`, () => {
    assert.deepEqual(select(strategy, []), [{ candidates: [] }]);
  });

  test(`orchestrator / ${strategy} / the order of the nodes given does not matter`, () => {
    const offerings = ['a', 'b', 'c', 'd'].map((name) => offeringOf(name));
    assert.deepEqual(order(strategy, offerings), order(strategy, [...offerings].reverse()));
  });
}

test('orchestrator / round_robin / each node is first once before any is again', () => {
  const offerings = ['a', 'b', 'c'].map((name) => offeringOf(name));
  const firsts = [0, 1, 2, 3, 4, 5].map((cursor) => order('round_robin', offerings, { cursor })[0]);
  assert.deepEqual(firsts, ['a', 'b', 'c', 'a', 'b', 'c']);
  assert.deepEqual(order('round_robin', offerings, { cursor: 1 }), ['b', 'c', 'a']);
});

const BY_LOAD: readonly { id: string; best: Partial<Offering>; other: Partial<Offering> }[] = [
  { id: 'the less loaded', best: { load: 1 }, other: { load: 2 } },
  { id: 'the smaller share of a larger capacity', best: { load: 4, capacity: 20 }, other: { load: 3 } },
  { id: 'of equals the faster', best: { latencyMs: 100 }, other: { latencyMs: 900 } },
  { id: 'of equals the nearer', best: {}, other: { region: 'eu-west' } },
  { id: 'the one that fails less', best: { load: 5 }, other: { load: 0, failureRate: 0.9 } },
  {
    id: 'the less loaded, though slower and further away',
    best: { load: 1, latencyMs: 9_000, region: 'eu' },
    other: { load: 2, latencyMs: 1 },
  },
];
for (const { id, best, other } of BY_LOAD) {
  test(`orchestrator / load_balanced / ${id} comes first`, () => {
    assert.deepEqual(order('load_balanced', [offeringOf('other', other), offeringOf('best', best)]), ['best', 'other']);
    assert.deepEqual(order('load_balanced', [offeringOf('a-other', other), offeringOf('b-best', best)]), [
      'b-best',
      'a-other',
    ]);
  });
}

test('orchestrator / load_balanced / ties are broken by the subject: the same for a retry, different between subjects', () => {
  const offerings = ['a', 'b', 'c', 'd'].map((name) => offeringOf(name));
  const firsts = Array.from(
    { length: 40 },
    (_, i) => order('load_balanced', offerings, { subject: `acme/app#${i}` })[0],
  );
  assert.equal(new Set(firsts).size, 4);
  assert.deepEqual(
    firsts,
    Array.from({ length: 40 }, (_, i) => order('load_balanced', offerings, { subject: `acme/app#${i}` })[0]),
  );
});

test('orchestrator / load_balanced / the reason tells what it was judged by', () => {
  const offering = offeringOf('a', { load: 2, latencyMs: 130.4, failureRate: 0.25 });
  assert.equal(
    select('load_balanced', [offering])[0]?.candidates[0]?.reason,
    'load 2/10, 130 ms, 25 % failed, us-east',
  );
});

test('orchestrator / capability / the best fit comes first, though more loaded', () => {
  const offerings = [
    offeringOf('none', { specialisations: ['docs'] }),
    offeringOf('both', { specialisations: ['security', 'code_review'], load: 8 }),
    offeringOf('one', { specialisations: ['security'] }),
  ];
  assert.deepEqual(order('capability', offerings, { wanted: ['Security', 'code-review'] }), ['both', 'one', 'none']);
});

test('orchestrator / capability / of equal fit the less loaded comes first', () => {
  const offerings = [
    offeringOf('a', { specialisations: ['qa'], load: 3 }),
    offeringOf('b', { specialisations: ['qa'] }),
  ];
  assert.deepEqual(order('capability', offerings, { wanted: ['qa'] }), ['b', 'a']);
  assert.deepEqual(order('capability', offerings, { wanted: [] }), ['b', 'a']);
});

test('orchestrator / broadcast / every cluster is one part, with its less loaded node first', () => {
  const offerings = [
    offeringOf('a', { load: 3 }),
    offeringOf('b', { load: 1 }),
    offeringOf('c', { cluster: 'dev', region: 'eu-west' }),
  ];
  const parts = select('broadcast', offerings).map(({ cluster, candidates }) => [
    cluster,
    ...candidates.map((candidate) => nameOf(offerings, candidate)),
  ]);
  assert.deepEqual(parts, [
    ['dev', 'c'],
    ['prod-us', 'b', 'a'],
  ]);
});

test('orchestrator / broadcast / a cluster that is away is a part of its own, and nobody in it has a rank', () => {
  const parts = select('broadcast', [offeringOf('a'), offeringOf('c', { cluster: 'dev', state: 'away' })]);
  const ranks = parts.map(({ cluster, candidates }) => [cluster, ...candidates.map(({ rank }) => rank)]);
  assert.deepEqual(ranks, [
    ['dev', undefined],
    ['prod-us', 0],
  ]);
});

test('orchestrator / broadcast / a cluster where a person took the general out is no part, and its nodes are still listed', () => {
  const offerings = [offeringOf('a'), offeringOf('c', { cluster: 'dev', status: 'inactive' })];
  const parts = select('broadcast', offerings);
  assert.deepEqual(
    parts.map(({ cluster, candidates }) => [cluster, ...candidates.map((candidate) => nameOf(offerings, candidate))]),
    [['prod-us', 'a', 'c']],
  );
});

test('orchestrator / broadcast / taken out everywhere, it is one part without a cluster', () => {
  const [part, ...rest] = select('broadcast', [offeringOf('a', { status: 'inactive' })]);
  assert.deepEqual(rest, []);
  assert.equal(part?.cluster, undefined);
  assert.match(part?.candidates[0]?.reason ?? '', /^inactive/);
});

test('orchestrator / round_robin / of very many nodes the record keeps as many as fit and says how many more there are', () => {
  const offerings = Array.from({ length: 60 }, (_, i) => offeringOf(`node${i}`));
  const candidates = select('round_robin', offerings)[0]?.candidates ?? [];
  assert.equal(candidates.length, 48);
  assert.match(candidates.at(-1)?.reason ?? '', /; 12 more are not listed$/);
});
