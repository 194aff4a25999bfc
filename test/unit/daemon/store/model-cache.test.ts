import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Store } from '../../../../daemon/store/level.ts';
import { openQuietly } from '../../../support/replica-store.ts';

const HOUR = 3_600_000;
const ROW_BYTES = 256;

async function cacheIn(t: { after(run: () => Promise<void>): void }, options: { maxBytes?: number } = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'mm-cache-'));
  const clock = { now: 1_700_000_000_000 };
  let store: Store = await openQuietly(dir);
  t.after(async () => {
    await store.close();
    await rm(dir, { recursive: true });
  });
  const open = () => store.modelCache({ maxAgeMs: HOUR, maxBytes: options.maxBytes ?? 1e6 }, () => clock.now);
  const reopen = async () => {
    await store.close();
    store = await openQuietly(dir);
    return open();
  };
  return { cache: open(), clock, reopen, close: () => store.close() };
}

test('store / model cache / gives back what was put, also after a restart, and nothing else', async (t) => {
  const { cache, reopen } = await cacheIn(t);
  await cache.put('a', 'one');
  await cache.put('b', 'two');
  await cache.put('a', 'three');
  const read = async (of: typeof cache) => [await of.get('a'), await of.get('b'), await of.get('c')];
  assert.deepEqual(await read(cache), ['three', 'two', undefined]);
  assert.deepEqual(await read(await reopen()), ['three', 'two', undefined]);
});

test('store / model cache / forgets what is too old, also across a restart', async (t) => {
  const { cache, clock, reopen } = await cacheIn(t);
  await cache.put('a', 'one');
  clock.now += HOUR;
  assert.equal(await cache.get('a'), 'one');
  clock.now += 1;
  assert.equal(await cache.get('a'), undefined);
  assert.equal(await (await reopen()).get('a'), undefined);
});

test('store / model cache / what lies far in the future is as old as what lies far in the past', async (t) => {
  const { cache, clock } = await cacheIn(t);
  await cache.put('a', 'one');
  clock.now -= 2 * HOUR;
  assert.equal(await cache.get('a'), undefined);
});

test('store / model cache / never takes more room than it may, and the oldest go first', async (t) => {
  const { cache, clock, reopen } = await cacheIn(t, { maxBytes: 3 * (ROW_BYTES + 10) });
  for (const key of ['a', 'b', 'c', 'd']) {
    clock.now += 1;
    await cache.put(key, 'x'.repeat(10));
  }
  const left = async (of: typeof cache) => Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => of.get(key)));
  const kept = 'x'.repeat(10);
  assert.deepEqual(await left(cache), [undefined, kept, kept, kept, undefined]);
  const again = await reopen();
  clock.now += 1;
  await again.put('e', kept);
  assert.deepEqual(await left(again), [undefined, undefined, kept, kept, kept]);
  await again.put('huge', 'x'.repeat(10_000));
  assert.deepEqual(await left(again), [undefined, undefined, kept, kept, kept], 'what can never fit drives nobody out');
});

test('store / model cache / a database that is closed spoils no call', async (t) => {
  const { cache, close } = await cacheIn(t);
  await cache.put('a', 'one');
  await close();
  await cache.put('b', 'two');
  assert.equal(await cache.get('a'), undefined);
});
