import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choosePayloads } from '../../../bench/ingest/payloads.ts';
import { type Prepared, RequestSource } from '../../../bench/ingest/request-source.ts';
import { readDelivery } from '../../../roles/aggregator/delivery.ts';
import { OPTIONS, RECEIVED_AT, SECRET } from '../../support/deliveries.ts';

test('bench / payloads / 34 real ones, 6 to 24 kB, of many events', () => {
  const payloads = choosePayloads();
  const sizes = payloads.map(({ json }) => json.length);
  assert.equal(payloads.length, 34);
  assert.ok(Math.min(...sizes) >= 6_000 && Math.max(...sizes) <= 24_000, sizes.join(' '));
  assert.ok(new Set(payloads.map(({ event }) => event)).size >= 15);
  assert.equal(new Set(payloads.map(({ json }) => json)).size, 34);
});

test('bench / requests / each is taken in as an event, and no two are the same by either id', () => {
  const source = new RequestSource({ host: '127.0.0.1:1', path: '/webhook/github', secret: SECRET, run: 'run' });
  source.prepare(60);
  const read = Array.from({ length: 100 }, () => deliver(source.next()));
  const ids = new Set(read.map(({ event }) => event.id));
  const macs = new Set(read.map(({ mac }) => mac));
  assert.equal(ids.size, 100);
  assert.equal(macs.size, 100);
});

test('bench / requests / prepared ones come in the order in which they were made', () => {
  const source = new RequestSource({ host: '127.0.0.1:1', path: '/', secret: SECRET, run: 'run' });
  source.prepare(3);
  assert.deepEqual(
    [source.next(), source.next(), source.next(), source.next()].map(({ delivery }) => delivery),
    ['run-0', 'run-1', 'run-2', 'run-3'],
  );
});

/** Reads a request off the wire as a server would. */
function deliver({ own, shared }: Prepared) {
  const wire = Buffer.concat([own, shared]);
  const end = wire.indexOf('\r\n\r\n');
  const lines = wire.subarray(0, end).toString('latin1').split('\r\n').slice(1);
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
  const body = wire.subarray(end + 4);
  assert.equal(Number(headers['content-length']), body.length);
  const delivery = readDelivery({ source: 'github', headers, body, receivedAt: RECEIVED_AT }, OPTIONS);
  assert.ok(delivery.status === 'event', JSON.stringify(delivery));
  return delivery;
}
