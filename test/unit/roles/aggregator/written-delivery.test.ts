import assert from 'node:assert/strict';
import test from 'node:test';
import { LIMITS, WIRE_VERSION } from '../../../../protocols/names.ts';
import { decodeRecord } from '../../../../protocols/record.ts';
import { readDelivery } from '../../../../roles/aggregator/delivery.ts';
import { writeDelivery } from '../../../../roles/aggregator/written-delivery.ts';
import { OPTIONS, RECEIVED_AT, readWebhook, requestOf, titleOf } from '../../../support/deliveries.ts';
import { exampleWebhooks } from '../../../support/github.ts';

test('aggregator / written delivery / of every example, what is written is what a reader makes of it', () => {
  let written = 0;
  for (const webhook of exampleWebhooks()) {
    const delivery = writeDelivery(readWebhook(webhook), RECEIVED_AT);
    if (delivery.status !== 'event') continue;
    const { event, mac } = delivery;
    const bytes = delivery.written?.bytes ?? assert.fail(titleOf(webhook));
    const record = { v: WIRE_VERSION, type: 'event', at: RECEIVED_AT, event, mac };
    assert.deepEqual(decodeRecord(bytes), { ok: true, record }, titleOf(webhook));
    written += 1;
  }
  assert.ok(written > 200, String(written));
});

/** What JSON can say and a record cannot, as the values of an issue and of its facts. */
const odd: readonly { id: string; body: string }[] = [
  { id: 'numbers beyond all', body: '{"action":"opened","issue":{"number":7,"comments":1e999},"type":{"name":1e999}}' },
  { id: 'negative and broken numbers', body: '{"action":"opened","issue":{"number":7,"comments":-1.5}}' },
  { id: 'half of a surrogate pair', body: '{"action":"opened","issue":{"number":7,"title":"\\ud83e"}}' },
  { id: 'a time that is none', body: '{"action":"opened","issue":{"number":7,"updated_at":"2026-02-30T99:00:00Z"}}' },
  { id: 'a time of another age', body: '{"action":"opened","issue":{"number":7,"updated_at":"9999-12-31T23:59:59-14:00"}}' },
  { id: 'names of the prototype', body: '{"action":"__proto__","issue":{"number":7,"__proto__":{"title":1},"labels":[{"name":{}}]}}' },
  { id: 'the wrong kinds', body: '{"action":[],"issue":{"number":7,"title":{},"labels":"x","user":null},"sender":[],"repository":7}' },
]; // biome-ignore format: bodies read better as they are sent

for (const { id, body } of odd) {
  test(`aggregator / written delivery / ${id} are written so that they can be read`, () => {
    const delivery = writeDelivery(readDelivery(requestOf(body), OPTIONS), RECEIVED_AT);
    assert.ok(delivery.status === 'event' && delivery.written);
    const decoded = decodeRecord(delivery.written.bytes);
    assert.ok(decoded.ok && decoded.record.type === 'event', decoded.ok ? '' : decoded.problem);
    assert.deepEqual(decoded.record.event, delivery.event);
  });
}

test('aggregator / written delivery / what is no event passes through, and a record over the limit is refused', () => {
  assert.deepEqual(writeDelivery({ status: 'ping' }, 1), { status: 'ping' });
  const delivery = readDelivery(requestOf('{"action":"opened","issue":{"number":7}}'), OPTIONS);
  assert.ok(delivery.status === 'event');
  const event = { ...delivery.event, actor: 'x'.repeat(LIMITS.recordBytes) };
  const refused = writeDelivery({ ...delivery, event }, 1);
  assert.ok(refused.status === 'refused' && refused.code === 'record-too-large');
});
