import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../../../protocols/errors.ts';
import { RateLimit } from '../../../../roles/models/rate-limit.ts';
import { manualRuntime, seeded, settled } from '../../../fakes/manual-runtime.ts';

const never = new AbortController().signal;
const HOUR = 3_600_000;

test('models / rate / in no minute more calls begin than may, and they begin in their order', async () => {
  const runtime = manualRuntime();
  const random = seeded(3);
  const limit = new RateLimit({ name: 'p', perMinute: 5 }, runtime);
  const begun: { readonly number: number; readonly at: number }[] = [];
  for (let number = 0; number < 40; number++) {
    void limit.take(HOUR, never).then(() => begun.push({ number, at: runtime.monotonic() }));
    await runtime.advance(Math.floor(random() * 8_000));
  }
  await runtime.advance(HOUR);
  assert.deepEqual(
    begun.map(({ number }) => number),
    Array.from({ length: 40 }, (_, i) => i),
  );
  for (const { at } of begun) {
    const inMinute = begun.filter((other) => other.at >= at && other.at < at + 60_000).length;
    assert.ok(inMinute <= 5, `${inMinute} in the minute from ${at}`);
  }
  assert.ok((begun.at(-1)?.at ?? 0) <= 8 * 60_000, 'and no place is left empty');
});

test('models / rate / who would wait for longer than it may is told at once, and for how long', async () => {
  const runtime = manualRuntime();
  const limit = new RateLimit({ name: 'p', perMinute: 2 }, runtime);
  await limit.take(0, never);
  await runtime.advance(10_000);
  await limit.take(0, never);
  await assert.rejects(limit.take(49_000, never), (error) => {
    return hasCode(error, 'model-unavailable') && /2 requests a minute are used up for 50 s/.test(error.message);
  });
  const third = limit.take(50_000, never);
  const later = [limit.take(HOUR, never), limit.take(HOUR, never)];
  await assert.rejects(limit.take(109_000, never), /used up for 120 s/);
  await runtime.advance(50_000);
  assert.equal(await third, 50_000);
  await runtime.advance(HOUR);
  await Promise.all(later);
});

test('models / rate / who is ended while waiting gives its place to the next', async () => {
  const runtime = manualRuntime();
  const limit = new RateLimit({ name: 'p', perMinute: 1 }, runtime);
  await limit.take(0, never);
  const leaving = new AbortController();
  const second = limit.take(HOUR, leaving.signal);
  const third = limit.take(HOUR, never);
  await settled();
  leaving.abort(new Error('it leaves'));
  await assert.rejects(second, /it leaves/);
  await runtime.advance(60_000);
  assert.equal(await third, 60_000);
});
