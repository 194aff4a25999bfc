import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backoffMs } from '../../../../roles/policy/backoff.ts';

const CASES = [
  { id: 'first wait is below a second', tries: 0, chance: 0.999, ms: 999 },
  { id: 'chance nought does not wait', tries: 5, chance: 0, ms: 0 },
  { id: 'it doubles', tries: 3, chance: 0.5, ms: 4_000 },
  { id: 'it is capped at five minutes', tries: 20, chance: 0.5, ms: 150_000 },
  { id: 'a large number of tries does not overflow', tries: 100_000, chance: 0.5, ms: 150_000 },
];

for (const { id, tries, chance, ms } of CASES) {
  test(`policy / backoff / ${id}`, () => assert.equal(backoffMs(tries, chance), ms));
}
