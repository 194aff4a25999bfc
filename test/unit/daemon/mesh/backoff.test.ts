import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dialPauseMs } from '../../../../daemon/mesh/backoff.ts';

test('mesh / backoff / doubles from 100 ms, never over 2 s, and half of it is chance', () => {
  const longest = [0, 1, 2, 3, 4, 5, 6, 1_000_000].map((failures) => dialPauseMs(failures, 1));
  assert.deepEqual(longest, [100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000]);
  for (const failures of [0, 3, 50]) assert.equal(dialPauseMs(failures, 0), dialPauseMs(failures, 1) / 2);
});
