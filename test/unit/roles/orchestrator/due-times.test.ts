import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DueTimes } from '../../../../roles/orchestrator/due-times.ts';
import { type ManualRuntime, manualRuntime, seeded, shuffled } from '../../../fakes/manual-runtime.ts';

function setUp() {
  const runtime = manualRuntime();
  let open = 0;
  let most = 0;
  const counting: ManualRuntime = {
    ...runtime,
    after: (ms, run) => {
      most = Math.max(most, ++open);
      const cancel = runtime.after(ms, () => {
        open--;
        run();
      });
      return () => {
        open--;
        cancel();
      };
    },
  };
  const fired: [string, number][] = [];
  const due = new DueTimes(counting, (key) => fired.push([key, runtime.monotonic()]));
  return { runtime, due, fired, timers: () => ({ open, most }) };
}

test('orchestrator / due times / each comes at its time, in order, whatever the order they were set in', async () => {
  const { runtime, due, fired } = setUp();
  const times = Array.from({ length: 300 }, (_, i) => 10 * i + 5);
  for (const at of shuffled(times, seeded(3))) due.set(`k${at}`, at);
  await runtime.advance(4_000);
  assert.deepEqual(
    fired,
    times.map((at) => [`k${at}`, at]),
  );
});

test('orchestrator / due times / equal times come in the order they were set in', async () => {
  const { runtime, due, fired } = setUp();
  const keys = Array.from({ length: 50 }, (_, i) => `k${i}`);
  for (const key of keys) due.set(key, 100);
  await runtime.advance(100);
  assert.deepEqual(
    fired.map(([key]) => key),
    keys,
  );
});

test('orchestrator / due times / thousands wait behind one timer', async () => {
  const { runtime, due, fired, timers } = setUp();
  for (let i = 0; i < 5_000; i++) due.set(`k${i}`, 5_000 - i);
  assert.deepEqual(timers(), { open: 1, most: 1 });
  await runtime.advance(5_000);
  assert.equal(fired.length, 5_000);
  assert.equal(timers().open, 0);
});

test('orchestrator / due times / set again, only the new time counts, earlier or later', async () => {
  const { runtime, due, fired } = setUp();
  due.set('later', 100);
  due.set('later', 300);
  due.set('earlier', 500);
  due.set('earlier', 200);
  await runtime.advance(1_000);
  assert.deepEqual(fired, [
    ['earlier', 200],
    ['later', 300],
  ]);
});

test('orchestrator / due times / cleared, it does not come', async () => {
  const { runtime, due, fired } = setUp();
  due.set('a', 100);
  due.set('b', 100);
  due.clear('a');
  await runtime.advance(1_000);
  assert.deepEqual(fired, [['b', 100]]);
});

test('orchestrator / due times / a lease renewed a thousand times ends once, at its last time', async () => {
  const { runtime, due, fired } = setUp();
  for (let i = 1; i <= 1_000; i++) due.set('lease', i * 100);
  await runtime.advance(99_999);
  assert.deepEqual(fired, []);
  await runtime.advance(1);
  assert.deepEqual(fired, [['lease', 100_000]]);
});

test('orchestrator / due times / a time that has passed comes at once, one in weeks comes too', async () => {
  const { runtime, due, fired } = setUp();
  const weeks = 40 * 24 * 3_600_000;
  await runtime.advance(1_000);
  due.set('past', 10);
  due.set('far', weeks);
  await runtime.advance(weeks);
  assert.deepEqual(fired, [
    ['past', 1_000],
    ['far', weeks],
  ]);
});

test('orchestrator / due times / stopped, nothing comes', async () => {
  const { runtime, due, fired, timers } = setUp();
  due.set('a', 100);
  due.stop();
  assert.equal(timers().open, 0);
  await runtime.advance(1_000);
  assert.deepEqual(fired, []);
});
