import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanOutTimes } from '../../../bench/fan-out/fan-out.ts';
import { benchEvent } from '../../../bench/nodes/bench-event.ts';
import { percentilesOf } from '../../../bench/percentiles.ts';
import { number } from '../../../bench/report/markdown.ts';
import { some } from '../../../bench/report/render-nodes.ts';
import { findServer } from '../../../bench/servers/external-server.ts';
import { decodeRecord, encodeRecord } from '../../../protocols/record.ts';

test('bench / event / has the wanted size and is a record that nodes read', () => {
  for (const name of ['short', 'a-longer-name']) {
    const bytes = encodeRecord(benchEvent({ name, bytes: 1_024 }));
    assert.equal(bytes.length, 1_024);
    assert.ok(decodeRecord(bytes).ok);
  }
});

test('bench / percentiles / are values that were measured', () => {
  const values = Array.from({ length: 200 }, (_, i) => 200 - i);
  assert.deepEqual(percentilesOf(values), { p50: 101, p99: 199 });
});

test('bench / fan-out / counts every receiver, and the last one by itself', () => {
  const sentAt = new Map([['a', 100]]);
  const arrived = [new Map([['a', 101]]), new Map([['a', 107]])];
  assert.deepEqual(fanOutTimes({ sentAt, arrived }, 2), { each: { p50: 7, p99: 7 }, last: { p50: 7, p99: 7 } });
  assert.throws(() => fanOutTimes({ sentAt, arrived }, 3), /a arrived at 2 of 3 receivers/);
});

test('bench / document / numbers show three digits, and thousands apart', () => {
  assert.deepEqual([0.123, 12.34, 123.4, 1_234_567].map(number), ['0.12', '12.3', '123', '1 234 567']);
});

test('bench / document / of many samples some are shown, the first and the last among them', () => {
  const all = Array.from({ length: 100 }, (_, i) => i);
  const shown = some(all, 12);
  assert.equal(shown.length, 12);
  assert.deepEqual([shown[0], shown.at(-1)], [0, 99]);
  assert.deepEqual(some([1, 2], 12), [1, 2]);
});

test('bench / servers / one that is not installed is named with the packages to install', () => {
  assert.throws(() => findServer('nats-server', '/nowhere', []), /apt-get install redis-server nats-server/);
});
