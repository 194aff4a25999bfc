import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ReaderPool, type ReaderPoolOptions } from '../../../../daemon/readers/reader-pool.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import { DELIVERY_HEADERS, readDelivery } from '../../../../roles/aggregator/delivery.ts';
import { OPTIONS, requestOf } from '../../../support/deliveries.ts';
import { exampleWebhooks } from '../../../support/github.ts';

const READER = new URL('../../../../daemon/compose-reader.ts', import.meta.url);
/** Ends its thread at a body that says `die`, and answers everything else with `ping`. */
const MORTAL = new URL(
  `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', (requests) => {
      for (const { body } of requests) if (new TextDecoder().decode(body) === 'die') process.exit(7);
      parentPort.postMessage(requests.map(() => ({ status: 'ping' })));
    });`)}`,
);

const pools: ReaderPool[] = [];
after(() => Promise.all(pools.map((pool) => pool.stop())));

function open(options: Partial<ReaderPoolOptions> = {}): ReaderPool {
  const pool = new ReaderPool({ entry: READER, delivery: OPTIONS, headers: DELIVERY_HEADERS, ...options });
  pools.push(pool);
  return pool;
}

for (const threads of [1, 2]) {
  test(`readers / pool / ${threads} thread(s) make of every example what is made of it here`, async () => {
    const pool = open({ threads });
    const requests = exampleWebhooks().map(
      ({ event, payload }, i) =>
        () =>
          requestOf(JSON.stringify(payload), { event, delivery: `d-${i}` }),
    );
    const read = await Promise.all(requests.map((request) => pool.read(request())));
    assert.deepEqual(
      read,
      requests.map((request) => readDelivery(request(), OPTIONS)),
    );
  });
}

test('readers / pool / a body that shares its memory with others leaves them as they are', async () => {
  const memory = Buffer.from('before {"zen":"x"} behind');
  const body = memory.subarray(7, 18);
  const delivery = await open().read(requestOf(body, { event: 'ping' }));
  assert.equal(delivery.status, 'ping');
  assert.equal(memory.toString(), 'before {"zen":"x"} behind');
});

test('readers / pool / a thread that dies fails what it was reading, and the next one is read by another', async () => {
  const pool = open({ entry: MORTAL });
  assert.equal((await pool.read(requestOf('live'))).status, 'ping');
  const lost = await Promise.allSettled([pool.read(requestOf('die')), pool.read(requestOf('live'))]);
  assert.deepEqual(
    lost.map((each) => each.status === 'rejected' && hasCode(each.reason, 'internal')),
    [true, true],
  );
  assert.equal((await pool.read(requestOf('live'))).status, 'ping');
});

test('readers / pool / what would not fit into memory is refused as overloaded', async () => {
  const pool = open({ maxBytes: 100 });
  const first = pool.read(requestOf(`{"zen":"${'x'.repeat(80)}"}`, { event: 'ping' }));
  await assert.rejects(pool.read(requestOf('{"zen":"one more"}', { event: 'ping' })), (error) =>
    hasCode(error, 'overloaded'),
  );
  assert.equal((await first).status, 'ping');
  assert.equal((await pool.read(requestOf('{"zen":"one more"}', { event: 'ping' }))).status, 'ping');
});

test('readers / pool / once stopped it takes nothing more', async () => {
  const pool = open();
  await pool.stop();
  await assert.rejects(pool.read(requestOf('{}', { event: 'ping' })), (error) => hasCode(error, 'overloaded'));
});
