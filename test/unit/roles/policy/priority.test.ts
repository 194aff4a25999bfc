import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRIORITIES } from '../../../../protocols/dispatch.ts';
import { comparePriority, mostUrgent, priorityOf } from '../../../../roles/policy/priority.ts';

test('policy / priority / blocker comes first, background last', () => {
  assert.deepEqual([...PRIORITIES].reverse().sort(comparePriority), [...PRIORITIES]);
});

test('policy / priority / the most urgent of several counts', () => {
  assert.equal(mostUrgent(['low', 'critical', 'normal']), 'critical');
  assert.equal(mostUrgent([]), 'normal');
});

test('policy / priority / an unknown word in a record counts as normal', () => {
  assert.equal(priorityOf('high'), 'high');
  assert.equal(priorityOf('yesterday'), 'normal');
  assert.equal(priorityOf(undefined), 'normal');
});
