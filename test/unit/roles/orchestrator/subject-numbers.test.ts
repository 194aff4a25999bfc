import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SubjectNumbers } from '../../../../roles/orchestrator/subject-numbers.ts';

function numbersOver(rows: Map<string, number>): SubjectNumbers {
  return new SubjectNumbers({ get: (_table, key) => rows.get(key), range: async () => [] });
}

test('orchestrator / subject numbers / each subject is counted for itself, from nought', () => {
  const numbers = numbersOver(new Map());
  assert.deepEqual([numbers.give('a'), numbers.give('a'), numbers.give('b')], [0, 1, 0]);
});

test('orchestrator / subject numbers / counting goes on behind what is recorded', () => {
  assert.equal(numbersOver(new Map([['a', 41]])).give('a'), 42);
});

test('orchestrator / subject numbers / what is recorded need not be remembered, what is on its way must', () => {
  const rows = new Map<string, number>();
  const numbers = numbersOver(rows);
  const [first, second] = [numbers.give('a'), numbers.give('a')];
  rows.set('a', first);
  numbers.recorded('a', first);
  assert.equal(numbers.next('a'), 2);
  rows.set('a', second);
  numbers.recorded('a', second);
  assert.equal(numbers.next('a'), 2);
});
