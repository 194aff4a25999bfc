import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Aggregator, type AggregatorOptions } from '../../../../roles/aggregator/aggregator.ts';
import type { Outcome } from '../../../../roles/ports/ingest.ts';
import { MemoryJournal } from '../../../fakes/journal.ts';
import { keeperOf } from '../../../fakes/memory-blobs.ts';
import { liteRuntime, settled, silentMeter } from '../../../fakes/runtime-lite.ts';
import { readWebhook } from '../../../support/deliveries.ts';

/** An aggregator whose other nodes store what the test says. */
function build(options: AggregatorOptions = {}, { held = false } = {}) {
  const journal = new MemoryJournal({ held });
  const runtime = liteRuntime();
  const asked: { seq: number; peers: number; answer: (stored: boolean) => void }[] = [];
  const copies = {
    stored: ({ seq }: { seq: number }, { peers, withinMs }: { peers: number; withinMs: number }) =>
      new Promise<boolean>((answer) => {
        asked.push({ seq, peers, answer });
        runtime.after(withinMs, () => answer(false));
      }),
    whenStored: async () => false,
  };
  const parts = { journal, tables: journal.tables, blobs: keeperOf(), runtime, meter: silentMeter, copies };
  return { aggregator: new Aggregator(options, parts), journal, runtime, asked };
}

const delivery = (id: string) =>
  readWebhook({ event: 'issues', payload: { action: 'opened', issue: { number: 7, title: id } } }, id);

async function stateOf(outcome: Promise<Outcome>): Promise<string> {
  await settled();
  return Promise.race([outcome.then(({ status }) => status), settled().then(() => 'pending')]);
}

const MISSING = { status: 'refused', code: 'copy-missing', facts: { ms: 5_000 } };

test('aggregator / ack peer / an event on this disk alone is not acknowledged', async () => {
  const { aggregator, journal, asked } = build();
  const outcome = aggregator.admit(delivery('a'), 'github');
  await settled();
  await settled();
  assert.equal(await stateOf(outcome), 'pending');
  assert.equal(journal.records.length, 1);
  assert.deepEqual(
    asked.map(({ seq, peers }) => [seq, peers]),
    [[0, 1]],
  );
  asked[0]?.answer(true);
  assert.deepEqual(await outcome, { status: 'accepted', eventId: 'github:a' });
});

test('aggregator / ack peer / nobody is asked before the record is on this disk', async () => {
  const { aggregator, journal, asked } = build({}, { held: true });
  const outcome = aggregator.admit(delivery('a'), 'github');
  await settled();
  assert.equal(asked.length, 0);
  journal.sync();
  await settled();
  assert.equal(asked.length, 1);
  asked[0]?.answer(true);
  assert.equal((await outcome).status, 'accepted');
});

test('aggregator / ack peer / without a copy in 5 s it is refused, kept, and a repeat asks for a copy of the same record', async () => {
  const { aggregator, journal, runtime, asked } = build();
  const first = aggregator.admit(delivery('a'), 'github');
  await settled();
  await runtime.advance(4_999);
  assert.equal(await stateOf(first), 'pending');
  await runtime.advance(1);
  assert.deepEqual(await first, MISSING);
  const again = aggregator.admit(delivery('a'), 'github');
  await settled();
  assert.equal(journal.records.length, 1);
  assert.deepEqual(
    asked.map(({ seq }) => seq),
    [0, 0],
  );
  asked[1]?.answer(true);
  assert.deepEqual(await again, { status: 'duplicate', eventId: 'github:a' });
});

test('aggregator / ack peer / a repeat while the first waits is not answered before a copy either', async () => {
  const { aggregator, journal, runtime, asked } = build();
  const first = aggregator.admit(delivery('a'), 'github');
  await settled();
  await runtime.advance(3_000);
  const repeat = aggregator.admit(delivery('a'), 'github');
  await settled();
  await runtime.advance(2_000);
  assert.deepEqual(await first, MISSING);
  assert.equal(await stateOf(repeat), 'pending');
  asked[1]?.answer(true);
  assert.deepEqual(await repeat, { status: 'duplicate', eventId: 'github:a' });
  assert.equal(journal.records.length, 1);
});

test('aggregator / ack peer / the same body under another id waits for the copy of the first too', async () => {
  const { aggregator, asked } = build();
  const given = delivery('a');
  assert.ok(given.status === 'event');
  const first = aggregator.admit(given, 'github');
  await settled();
  await settled();
  const other = delivery('b');
  assert.ok(other.status === 'event');
  const twin = aggregator.admit({ ...other, mac: given.mac }, 'github');
  assert.equal(await stateOf(twin), 'pending');
  for (const { answer } of asked) answer(true);
  assert.deepEqual(await twin, { status: 'duplicate', eventId: 'github:a' });
  assert.equal((await first).status, 'accepted');
});

test('aggregator / ack peer / with too many that wait for copies nothing more is taken in, until they have them', async () => {
  const { aggregator, asked } = build({ inFlightLimit: 3 });
  const waiting = ['a', 'b', 'c'].map((id) => aggregator.admit(delivery(id), 'github'));
  await settled();
  await settled();
  assert.deepEqual(aggregator.waiting, { disk: 0, copy: 3 });
  assert.equal(aggregator.closed, 'the other nodes are behind with their copies');
  const fourth = await aggregator.admit(delivery('d'), 'github');
  assert.ok(fourth.status === 'refused' && fourth.code === 'overloaded');
  for (const { answer } of asked) answer(true);
  await Promise.all(waiting);
  assert.equal(aggregator.closed, undefined);
});

test('aggregator / ack peer / a node that leaves first answers those that wait for a copy', async () => {
  const { aggregator, asked } = build();
  const outcome = aggregator.admit(delivery('a'), 'github');
  await settled();
  await settled();
  aggregator.close('leaving');
  let drained = false;
  const draining = aggregator.drained().then(() => {
    drained = true;
  });
  await settled();
  assert.equal(drained, false);
  asked[0]?.answer(true);
  await draining;
  assert.equal((await outcome).status, 'accepted');
});
