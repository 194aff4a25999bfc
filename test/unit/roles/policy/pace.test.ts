import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pace } from '../../../../roles/policy/pace.ts';
import { manualRuntime } from '../../../fakes/manual-runtime.ts';

function paced() {
  const runtime = manualRuntime();
  const runs: number[] = [];
  return {
    runtime,
    runs,
    pace: pace(
      runtime,
      () => 250,
      () => runs.push(runtime.monotonic()),
    ),
  };
}

test('policy / pace / the first request runs at once', () => {
  const { runs, pace } = paced();
  pace.request();
  assert.deepEqual(runs, [0]);
});

test('policy / pace / a burst becomes one run at its beginning and one a gap later', async () => {
  const { runtime, runs, pace } = paced();
  for (let i = 0; i < 10; i++) {
    pace.request();
    await runtime.advance(10);
  }
  await runtime.advance(1_000);
  assert.deepEqual(runs, [0, 250]);
});

test('policy / pace / after a quiet gap it runs at once again', async () => {
  const { runtime, runs, pace } = paced();
  pace.request();
  await runtime.advance(300);
  pace.request();
  assert.deepEqual(runs, [0, 300]);
});

test('policy / pace / stopped, it runs no more', async () => {
  const { runtime, runs, pace } = paced();
  pace.request();
  pace.request();
  pace.stop();
  await runtime.advance(1_000);
  assert.deepEqual(runs, [0]);
});
