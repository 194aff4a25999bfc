import assert from 'node:assert/strict';
import test from 'node:test';
import { MeshEventSchema } from '../../../../protocols/event.ts';
import { DistributeRequestSchema, SourceEventSchema } from '../../../../protocols/mindos.ts';
import { eventOfDistribute, eventOfSource } from '../../../../roles/operator/given-event.ts';
import { EVENT_ID, eventFact } from '../../../fakes/facts.ts';

const context = { org: 'acme', now: 1_700_000_000_000, unique: 'u1' };
/** The example of the source document (docs/parity.md 019). */
const EXAMPLE = {
  type: 'pr_created',
  timestamp: '2025-11-22T21:00:00Z',
  repository: 'strategickhaos/my-repo',
  user: 'developer1',
  metadata: { pr_number: 123, title: 'Add new feature', description: 'This PR adds a new feature' },
};
const example = SourceEventSchema.parse(EXAMPLE);

function meshEvent() {
  const { record } = eventFact();
  assert.ok(record.type === 'event');
  return record.event;
}

test('operator / given event / the document’s example becomes an event of its pull request', () => {
  const event = eventOfSource(example, context);
  assert.deepEqual(MeshEventSchema.parse(event), event);
  assert.partialDeepStrictEqual(event, {
    kind: 'pr_created',
    type: 'com.gitlens.pr_created',
    subject: 'strategickhaos/my-repo#123',
    repository: 'strategickhaos/my-repo',
    actor: 'developer1',
    time: '2025-11-22T21:00:00Z',
    org: 'acme',
    authorassociation: 'UNKNOWN',
    data: { pullRequest: { number: 123, title: 'Add new feature', body: 'This PR adds a new feature', state: 'open' } },
  });
  assert.match(event.id, /^api:[0-9a-f]{32}$/);
});

test('operator / given event / the same event again has the same id, another one has another', () => {
  const id = (fields: object, unique = 'u1') =>
    eventOfSource(SourceEventSchema.parse({ ...EXAMPLE, ...fields }), { ...context, unique }).id;
  assert.equal(id({}), id({}, 'u2'));
  assert.notEqual(id({}), id({ user: 'someone else' }));
  assert.notEqual(id({}), id({ timestamp: '2025-11-22T21:00:01Z' }));
  assert.notEqual(id({ timestamp: undefined }), id({ timestamp: undefined }, 'u2'));
});

test('operator / given event / without a pull request its texts and short values are facts', () => {
  const given = SourceEventSchema.parse({
    type: 'needs_attention',
    repository: 'acme/app',
    metadata: { title: 'Look', severity: 'high', count: 3, urgent: true, nested: { a: 1 } },
  });
  const event = eventOfSource(given, context);
  assert.equal(event.subject, 'acme/app');
  assert.equal(event.time, '2023-11-14T22:13:20.000Z');
  assert.deepEqual(event.data.facts, { title: 'Look', body: '', severity: 'high', count: 3, urgent: true });
});

test('operator / given event / texts are cut to what a record holds', () => {
  const given = SourceEventSchema.parse({
    ...EXAMPLE,
    metadata: { pr_number: 1, title: 't'.repeat(9_999), description: 'd'.repeat(99_999) },
  });
  const { pullRequest } = eventOfSource(given, context).data;
  assert.deepEqual([pullRequest?.title.length, pullRequest?.body.length], [1_024, 32_768]);
});

test('operator / given event / a normalised event keeps its id and belongs to the org that takes it in', () => {
  const event = eventOfDistribute(DistributeRequestSchema.parse({ event: { ...meshEvent(), org: 'other' } }), context);
  assert.equal(event.id, EVENT_ID);
  assert.equal(event.org, 'acme');
});

test('operator / given event / what the caller chose stands in the event, and nobody else’s choice does', () => {
  const smuggled = { ...meshEvent(), data: { asked: { generals: ['developer-general'] } } };
  const plain = eventOfDistribute(DistributeRequestSchema.parse({ event: smuggled }), context);
  assert.equal(plain.data.asked, undefined);
  const chosen = DistributeRequestSchema.parse({
    event: smuggled,
    target_clusters: ['dev'],
    llm_generals: ['security-general'],
    distribution_strategy: 'broadcast',
  });
  assert.deepEqual(eventOfDistribute(chosen, context).data.asked, {
    generals: ['security-general'],
    clusters: ['dev'],
    strategy: 'broadcast',
  });
});

const bad: readonly { id: string; body: object }[] = [
  { id: 'an unknown kind', body: { event: { ...EXAMPLE, type: 'made_up' } } },
  { id: 'no repository', body: { event: { ...EXAMPLE, repository: '' } } },
  { id: 'a time that is none', body: { event: { ...EXAMPLE, timestamp: 'yesterday' } } },
  { id: 'an unknown strategy', body: { event: EXAMPLE, distribution_strategy: 'chaos' } },
];

for (const { id, body } of bad) {
  test(`operator / given event / ${id} is refused`, () => {
    assert.equal(DistributeRequestSchema.safeParse(body).success, false);
  });
}
