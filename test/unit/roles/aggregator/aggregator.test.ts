import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeshError } from '../../../../protocols/errors.ts';
import { Aggregator, type AggregatorOptions } from '../../../../roles/aggregator/aggregator.ts';
import type { Delivery, Outcome } from '../../../../roles/ports/ingest.ts';
import type { Meter } from '../../../../roles/ports/runtime.ts';
import { MemoryJournal } from '../../../fakes/journal.ts';
import { keeperOf, MemoryBlobs } from '../../../fakes/memory-blobs.ts';
import { type LiteRuntime, liteRuntime, settled } from '../../../fakes/runtime-lite.ts';
import { readWebhook } from '../../../support/deliveries.ts';

interface Bench {
  readonly blobs: MemoryBlobs;
  readonly aggregator: Aggregator;
  readonly journal: MemoryJournal;
  readonly counted: string[];
  readonly runtime: LiteRuntime;
}

function build(held: boolean, options: AggregatorOptions = {}): Bench {
  const journal = new MemoryJournal({ held });
  const counted: string[] = [];
  const meter: Meter = {
    count: (name, labels) => counted.push([name, ...Object.values(labels ?? {})].join(' ')),
    observe: () => {},
  };
  const runtime = liteRuntime();
  const blobs = new MemoryBlobs();
  const parts = { journal, tables: journal.tables, blobs: keeperOf(blobs), runtime, meter };
  return { blobs, aggregator: new Aggregator(options, parts), journal, counted, runtime };
}

/** An issue with this text, delivered under this id: the text decides the signature. */
function delivery(id: string, text = id): Delivery {
  return readWebhook({ event: 'issues', payload: { action: 'opened', issue: { number: 7, title: text } } }, id);
}

/** The outcome, once there is one, else `pending`. */
async function stateOf(outcome: Promise<Outcome>): Promise<string> {
  await settled();
  return Promise.race([outcome.then(({ status }) => status), settled().then(() => 'pending')]);
}

test('aggregator / admit / an event is acknowledged only once it is synced', async () => {
  const { aggregator, journal } = build(true);
  const outcome = aggregator.admit(delivery('a'), 'github');
  assert.equal(await stateOf(outcome), 'pending');
  assert.equal(journal.records.length, 0);
  journal.sync();
  assert.deepEqual(await outcome, { status: 'accepted', eventId: 'github:a' });
  const [record] = journal.records;
  assert.ok(record?.type === 'event');
  assert.equal(record.event.id, 'github:a');
  assert.match(String(record.mac), /^[0-9a-f]{64}$/);
});

test('aggregator / admit / a repeat of a stored event is a duplicate and writes nothing', async () => {
  const { aggregator, journal } = build(false);
  await aggregator.admit(delivery('a'), 'github');
  assert.deepEqual(await aggregator.admit(delivery('a'), 'github'), { status: 'duplicate', eventId: 'github:a' });
  assert.equal(journal.records.length, 1);
});

test('aggregator / admit / the same body under another delivery id is a duplicate of the first', async () => {
  const { aggregator, journal } = build(false);
  await aggregator.admit(delivery('a', 'text'), 'github');
  const repeat = await aggregator.admit(delivery('b', 'text'), 'github');
  assert.deepEqual(repeat, { status: 'duplicate', eventId: 'github:a' });
  assert.equal(journal.records.length, 1);
});

test('aggregator / admit / another body under the same delivery id is a duplicate too', async () => {
  const { aggregator, journal } = build(false);
  await aggregator.admit(delivery('a', 'text'), 'github');
  assert.equal((await aggregator.admit(delivery('a', 'other'), 'github')).status, 'duplicate');
  assert.equal(journal.records.length, 1);
});

test('aggregator / admit / repeats in flight wait for the first and then are duplicates', async () => {
  const { aggregator, journal } = build(true);
  const first = aggregator.admit(delivery('a', 'text'), 'github');
  const repeats = [delivery('a', 'text'), delivery('b', 'text'), delivery('a', 'other')].map((each) =>
    aggregator.admit(each, 'github'),
  );
  for (const outcome of [first, ...repeats]) assert.equal(await stateOf(outcome), 'pending');
  assert.equal(journal.waiting, 1);
  journal.sync();
  assert.equal((await first).status, 'accepted');
  for (const outcome of repeats) assert.deepEqual(await outcome, { status: 'duplicate', eventId: 'github:a' });
  assert.equal(journal.records.length, 1);
});

test('aggregator / admit / of repeats in flight, one takes over when the write of the first fails', async () => {
  const { aggregator, journal } = build(true);
  const outcomes = [1, 2, 3].map(() => aggregator.admit(delivery('a'), 'github'));
  await settled();
  journal.fail();
  await settled();
  assert.equal(journal.waiting, 1);
  journal.sync();
  const statuses = (await Promise.all(outcomes)).map(({ status }) => status);
  assert.deepEqual(statuses.sort(), ['accepted', 'duplicate', 'refused']);
  assert.equal(journal.records.length, 1);
});

test('aggregator / admit / a failed write is refused by its code and forgotten', async () => {
  const { aggregator, journal } = build(true);
  const outcome = aggregator.admit(delivery('a'), 'github');
  await settled();
  journal.fail();
  const refused = await outcome;
  assert.ok(refused.status === 'refused' && refused.code === 'store-write-failed');
  const again = aggregator.admit(delivery('a'), 'github');
  await settled();
  journal.sync();
  assert.equal((await again).status, 'accepted');
});

test('aggregator / admit / of a thousand deliveries at once, each four times, each is stored once', async () => {
  const { aggregator, journal } = build(false);
  const ids = Array.from({ length: 250 }, (_, i) => `d-${i}`);
  const outcomes = await Promise.all(
    [...ids, ...ids.toReversed(), ...ids, ...ids].map((id) => aggregator.admit(delivery(id), 'github')),
  );
  const accepted = outcomes.filter(({ status }) => status === 'accepted');
  assert.equal(accepted.length, 250);
  assert.equal(outcomes.filter(({ status }) => status === 'duplicate').length, 750);
  assert.equal(new Set(journal.records.map((r) => r.type === 'event' && r.event.id)).size, 250);
});

test('aggregator / admit / pings, foreign events and refusals pass through without a record, all of them counted', async () => {
  const { aggregator, journal, counted } = build(false);
  const given: Delivery[] = [
    { status: 'ping' },
    { status: 'not-ours', event: 'star.created' },
    { status: 'refused', code: 'signature-wrong', facts: {} },
  ];
  for (const each of given) assert.deepEqual(await aggregator.admit(each, 'github'), each);
  assert.equal(journal.records.length, 0);
  assert.deepEqual(counted, [
    'mindmesh_ingest_deliveries_total github ping',
    'mindmesh_ingest_deliveries_total github not-ours',
    'mindmesh_ingest_deliveries_total github refused',
    'mindmesh_ingest_refused_total signature-wrong',
  ]);
});

test('aggregator / overload / while it is closed events are refused as overloaded, and taken again afterwards', async () => {
  const { aggregator } = build(false);
  aggregator.close('the disk is nearly full');
  assert.equal(aggregator.closed, 'the disk is nearly full');
  assert.deepEqual(await aggregator.admit(delivery('a'), 'github'), {
    status: 'refused',
    code: 'overloaded',
    facts: { reason: 'the disk is nearly full' },
  });
  aggregator.open('the disk is nearly full');
  assert.equal((await aggregator.admit(delivery('a'), 'github')).status, 'accepted');
});

test('aggregator / overload / what one part closed another does not open', async () => {
  const { aggregator } = build(false);
  aggregator.close('leaving');
  aggregator.close('the disk is nearly full');
  aggregator.open('the disk is nearly full');
  assert.equal(aggregator.closed, 'leaving');
});

test('aggregator / overload / a disk that falls behind is answered with overloaded until it has caught up', async () => {
  const { aggregator, journal } = build(true, { inFlightLimit: 2 });
  const waiting = ['a', 'b'].map((id) => aggregator.admit(delivery(id), 'github'));
  const third = await aggregator.admit(delivery('c'), 'github');
  assert.ok(third.status === 'refused' && third.code === 'overloaded');
  journal.sync();
  await Promise.all(waiting);
  assert.equal(aggregator.closed, undefined);
});

test('aggregator / leaving / drained resolves only when what is in flight has been answered', async () => {
  const { aggregator, journal } = build(true);
  const outcome = aggregator.admit(delivery('a'), 'github');
  aggregator.close('leaving');
  let drained = false;
  const draining = aggregator.drained().then(() => {
    drained = true;
  });
  await settled();
  assert.equal(drained, false);
  journal.sync();
  await draining;
  assert.equal((await outcome).status, 'accepted');
});

test('aggregator / stats / counts events by kind, shows the newest ten and what became of deliveries', async () => {
  const { aggregator, runtime } = build(false);
  for (let i = 0; i < 12; i++) {
    await aggregator.admit(delivery(`d-${i}`), 'github');
    await runtime.advance(1);
  }
  await aggregator.admit(delivery('d-0'), 'github');
  await aggregator.admit({ status: 'not-ours', event: 'star.created' }, 'github');
  const stats = await aggregator.stats();
  assert.equal(stats.total_events, 12);
  assert.deepEqual(stats.event_types, { issue_opened: 12 });
  const newest = [11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((i) => `github:d-${i}`);
  assert.deepEqual(
    stats.recent_events.map(({ id }) => id),
    newest,
  );
  assert.deepEqual(stats.deliveries, { accepted: 12, duplicate: 1, ping: 0, 'not-ours': 1, refused: 0 });
});

/** Too long for its record. */
function longDelivery(id: string) {
  const issue = { number: 7, title: id, body: 'b'.repeat(70_000) };
  const read = readWebhook({ event: 'issues', payload: { action: 'opened', issue } }, id);
  return read.status === 'event' ? read : assert.fail(read.status);
}

test('aggregator / whole body / of an event that was cut the body is kept, as its sender signed it', async () => {
  const { aggregator, journal, blobs } = build(false);
  const delivery = longDelivery('a');
  assert.deepEqual(await aggregator.admit(delivery, 'github'), { status: 'accepted', eventId: 'github:a' });
  const [record] = journal.records;
  assert.ok(record?.type === 'event' && record.event.dataref);
  assert.deepEqual(record.event.data.truncated, ['issue.body']);
  const kept = await blobs.get(record.event.dataref);
  assert.equal(JSON.parse(String(Buffer.from(kept ?? []))).issue.body.length, 70_000);
  await aggregator.admit(delivery, 'github');
  assert.equal((await blobs.notes()).length, 1);
});

test('aggregator / whole body / of an event that fits nothing is kept', async () => {
  const { aggregator, journal, blobs } = build(false);
  await aggregator.admit(delivery('a'), 'github');
  const [record] = journal.records;
  assert.ok(record?.type === 'event' && !('dataref' in record.event));
  assert.deepEqual(await blobs.notes(), []);
});

test('aggregator / whole body / one that cannot be kept is not acknowledged, and no record names it', async () => {
  const { aggregator, journal, blobs } = build(false);
  blobs.put = () => Promise.reject(new MeshError('disk-full', { dir: '/data' }));
  const outcome = await aggregator.admit(longDelivery('a'), 'github');
  assert.ok(outcome.status === 'refused' && outcome.code === 'disk-full');
  assert.equal(journal.records.length, 0);
});
