import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Strategy } from '../../../../protocols/dispatch.ts';
import { slotOf } from '../../../../protocols/ids.ts';
import { type DistributionRecord, RecordSchema } from '../../../../protocols/record.ts';
import {
  firstDistribution,
  nextDistribution,
  type Outlook,
  place,
  wantsOf,
  withoutWaiting,
} from '../../../../roles/orchestrator/distribution.ts';
import type { Offering } from '../../../../roles/orchestrator/offering.ts';
import { mergeRoutes, routeEvent } from '../../../../roles/orchestrator/routes.ts';
import { eventOf, offeringOf } from './samples.ts';

function outlook(offerings: Readonly<Record<string, readonly Offering[]>>): Outlook {
  return { org: 'acme', region: 'us-east', offerings: (general) => offerings[general] ?? [], cursor: () => 0 };
}

const EVENT = eventOf({ kind: 'needs_attention' });
const TIMES = { at: 2_000, deadline: 9_000 };

function routing(strategy: Strategy, generals = ['triage', 'priority']) {
  const rules = mergeRoutes([{ name: 'r', generals, strategy, priority: 'high' }], { defaults: false });
  return routeEvent(EVENT, rules, 'general-purpose-general');
}

function first(strategy: Strategy, offerings: Readonly<Record<string, readonly Offering[]>>): DistributionRecord {
  const routed = routing(strategy);
  const placement = place(routed.wants, EVENT.subject, outlook(offerings));
  return firstDistribution({ event: EVENT, routing: routed, placement, number: 3, at: 1_000, deadline: 5_000 });
}

function again(
  previous: DistributionRecord,
  offerings: Readonly<Record<string, readonly Offering[]>>,
  taken: readonly string[] = [],
) {
  const placement = place(wantsOf(previous, EVENT, []), EVENT.subject, outlook(offerings));
  return nextDistribution(previous, placement, new Set(taken.map((slot) => slotOf(...splitSlot(slot)))), TIMES);
}

function splitSlot(slot: string): [string, string?] {
  const [general = '', cluster] = slot.split('@');
  return cluster === undefined ? [general] : [general, cluster];
}

const slots = (record: DistributionRecord | undefined) => record?.slots.map(({ slot }) => slot);
const waiting = (record: DistributionRecord | undefined) =>
  record?.waiting.map(({ general, cluster }) => [general, ...(cluster ? [cluster] : [])].join('@'));

test('orchestrator / distribution / one slot for each general, and what nobody offers waits', () => {
  const record = first('round_robin', { 'triage-general': [offeringOf('a'), offeringOf('b', { cluster: 'dev' })] });
  assert.deepEqual(slots(record), ['triage-general']);
  assert.deepEqual(record.waiting, [
    { general: 'priority-general', reason: 'nobody offers it', rule: 'r', strategy: 'round_robin', priority: 'high' },
  ]);
  assert.deepEqual(
    [record.revision, record.number, record.rule, record.strategy, record.priority, record.trust, record.deadline],
    [0, 3, 'r', 'round_robin', 'high', 'member', 5_000],
  );
});

test('orchestrator / distribution / broadcast has one slot for each cluster, and a cluster that is away waits by its name', () => {
  const record = first('broadcast', {
    'triage-general': [
      offeringOf('a'),
      offeringOf('b', { cluster: 'dev', state: 'away' }),
      offeringOf('c', { cluster: 'lab' }),
    ],
    'priority-general': [offeringOf('a')],
  });
  assert.deepEqual(slots(record), ['triage-general@lab', 'triage-general@prod-us', 'priority-general@prod-us']);
  assert.deepEqual(waiting(record), ['triage-general@dev']);
  assert.equal(record.waiting[0]?.reason, 'b in dev is away: not heard of lately');
});

test('orchestrator / distribution / the record fits its schema as it is', () => {
  const record = first('broadcast', { 'triage-general': [offeringOf('a')] });
  assert.deepEqual(RecordSchema.parse(record), record);
});

test('orchestrator / distribution / decided again without anything new gives nothing', () => {
  const offerings = { 'triage-general': [offeringOf('a')] };
  assert.equal(again(first('round_robin', offerings), offerings), undefined);
});

test('orchestrator / distribution / a general that appears gets its slot and waits no more', () => {
  const before = first('round_robin', { 'triage-general': [offeringOf('a')] });
  const next = again(before, { 'triage-general': [offeringOf('a')], 'priority-general': [offeringOf('p')] });
  assert.deepEqual([next?.revision, slots(next), waiting(next)], [1, ['triage-general', 'priority-general'], []]);
  assert.deepEqual(next?.slots[0], before.slots[0]);
  assert.deepEqual([next?.at, next?.deadline, next?.number], [2_000, 9_000, 3]);
});

test('orchestrator / distribution / a cluster that comes back gets its slot, in the strategy of the first decision', () => {
  const dev = (state: Offering['state']) => offeringOf('b', { cluster: 'dev', state });
  const before = first('broadcast', { 'triage-general': [offeringOf('a'), dev('away')] });
  const next = again(before, { 'triage-general': [offeringOf('a'), dev('live')] });
  assert.deepEqual(slots(next), ['triage-general@prod-us', 'triage-general@dev']);
  assert.deepEqual(waiting(next), ['priority-general']);
});

test('orchestrator / distribution / a node that is new to a slot is ranked in it', () => {
  const before = first('round_robin', { 'triage-general': [offeringOf('a')] });
  const next = again(before, { 'triage-general': [offeringOf('a', { state: 'away' }), offeringOf('b')] });
  const ranks = next?.slots[0]?.candidates.map(({ rank }) => rank);
  assert.deepEqual(ranks, [0, undefined]);
});

test('orchestrator / distribution / a slot that somebody works on is left as it is', () => {
  const before = first('round_robin', { 'triage-general': [offeringOf('a')] });
  const offerings = { 'triage-general': [offeringOf('a', { state: 'away' }), offeringOf('b')] };
  assert.equal(again(before, offerings, ['triage-general']), undefined);
});

test('orchestrator / distribution / a slot whose nodes all went away stays, and does not wait twice', () => {
  const before = first('round_robin', { 'triage-general': [offeringOf('a')] });
  const offerings = { 'triage-general': [offeringOf('a', { state: 'away' })], 'priority-general': [offeringOf('p')] };
  const next = again(before, offerings);
  assert.deepEqual(next?.slots[0], before.slots[0]);
  assert.deepEqual(waiting(next), []);
});

test('orchestrator / distribution / what waited too long gets slots that nobody is ranked for', () => {
  const before = first('broadcast', { 'triage-general': [offeringOf('b', { cluster: 'dev', state: 'away' })] });
  const last = withoutWaiting(before, 7_000);
  assert.deepEqual([last.revision, slots(last), waiting(last)], [1, ['triage-general@dev', 'priority-general'], []]);
  assert.ok(last.slots.every(({ candidates }) => candidates.length === 0));
  assert.deepEqual(RecordSchema.parse(last), last);
});

test('orchestrator / distribution / only the clusters that were asked for are looked at', () => {
  const event = eventOf({ data: { asked: { generals: ['triage'], clusters: ['dev'] } } });
  const routed = routeEvent(event, [], 'general-purpose-general');
  const offerings = outlook({ 'triage-general': [offeringOf('a'), offeringOf('b', { cluster: 'dev' })] });
  const [slot] = place(routed.wants, event.subject, offerings).slots;
  assert.deepEqual(
    slot?.candidates.map(({ cluster }) => cluster),
    ['dev'],
  );
});
