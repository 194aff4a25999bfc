import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Deliveries } from '../../../../daemon/http/listener-messages.ts';
import { RemoteIngest } from '../../../../daemon/http/remote-ingest.ts';
import { writeDelivery } from '../../../../roles/aggregator/written-delivery.ts';
import { readWebhook } from '../../../support/deliveries.ts';
import { exampleWebhooks } from '../../../support/github.ts';
import { waitFor } from '../../../support/wait-for.ts';

const ISSUE = exampleWebhooks().find(({ event }) => event === 'issues') ?? assert.fail('no example');

function build() {
  const sent: Deliveries[] = [];
  const ingest = new RemoteIngest({ send: (deliveries) => sent.push(deliveries) });
  const counts = () => sent.map(({ lengths }) => lengths.length);
  const admit = (count: number) => Array.from({ length: count }, () => ingest.admit({ status: 'ping' }, 'github'));
  return { ingest, sent, counts, admit };
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

test('http / remote ingest / what a turn brings is one message when nothing is on its way', async () => {
  const { counts, admit } = build();
  admit(3);
  assert.deepEqual(counts(), []);
  await turn();
  assert.deepEqual(counts(), [3]);
});

test('http / remote ingest / enough is sent at once, while more is read', () => {
  const { counts, admit } = build();
  admit(70);
  assert.deepEqual(counts(), [32, 32]);
});

test('http / remote ingest / fewer are sent when those before are answered', async () => {
  const { ingest, counts, admit } = build();
  admit(2);
  await turn();
  admit(3);
  await turn();
  assert.deepEqual(counts(), [2]);
  ingest.answer([0, 1], [{ status: 'ping' }, { status: 'ping' }]);
  await turn();
  assert.deepEqual(counts(), [2, 3]);
});

test('http / remote ingest / an answer that takes its time holds nobody up', async () => {
  const { counts, admit } = build();
  admit(1);
  await turn();
  admit(1);
  await waitFor('the second', () => counts().length === 2);
});

test('http / remote ingest / every delivery gets its own answer, in whatever order they come', async () => {
  const { ingest, sent } = build();
  const events = upTo(3).map((i) => writeDelivery(readWebhook(ISSUE, `d${i}`), 5));
  const outcomes = [...events, { status: 'ping' as const }].map((delivery) => ingest.admit(delivery, 'github'));
  await turn();
  const [{ lengths, records, others, first } = assert.fail('nothing is sent')] = sent;
  assert.equal(first, 0);
  assert.deepEqual(others, [{ status: 'ping' }]);
  assert.equal(records.byteLength, records.buffer.byteLength, 'nothing but the records is sent');
  let at = 0;
  for (const [i, event] of events.entries()) {
    const bytes = event.status === 'event' ? (event.written?.bytes ?? assert.fail()) : assert.fail();
    assert.equal(lengths[i], bytes.length);
    assert.deepEqual(Buffer.from(records.subarray(at, at + bytes.length)), Buffer.from(bytes));
    at += bytes.length;
  }
  ingest.answer([3, 1, 0, 2], [{ status: 'ping' }, 0, { status: 'refused', code: 'internal', facts: {} }, 0]);
  assert.deepEqual(await Promise.all(outcomes), [
    { status: 'refused', code: 'internal', facts: {} },
    { status: 'accepted', eventId: 'github:d1' },
    { status: 'accepted', eventId: 'github:d2' },
    { status: 'ping' },
  ]);
});

test('http / remote ingest / what has its whole body beside it goes as it is, and gets its answer like the others', async () => {
  const { ingest, sent } = build();
  const issue = { number: 7, title: 'long', body: 'b'.repeat(70_000) };
  const long = writeDelivery(readWebhook({ event: 'issues', payload: { action: 'opened', issue } }, 'long'), 5);
  const outcomes = [long, writeDelivery(readWebhook(ISSUE, 'short'), 5)].map((each) => ingest.admit(each, 'github'));
  await turn();
  const [message] = sent;
  assert.deepEqual([message?.lengths[0], message?.others], [0, [long]]);
  ingest.answer([0, 1], [0, 0]);
  assert.deepEqual(await Promise.all(outcomes), [
    { status: 'accepted', eventId: 'github:long' },
    { status: 'accepted', eventId: 'github:short' },
  ]);
});
