import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PRIORITIES, type Priority } from '../../../../protocols/dispatch.ts';
import {
  AGEING_MS,
  comparePriority,
  effectiveRank,
  mostUrgent,
  priorityOf,
  priorityRank,
} from '../../../../roles/policy/priority.ts';

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

const RACES: readonly { id: string; first: [Priority, number]; second: [Priority, number] }[] = [
  { id: 'the more urgent of two that came together', first: ['high', 0], second: ['normal', 0] },
  { id: 'of one priority who waited longer', first: ['low', 2], second: ['low', 1] },
  { id: 'a high that came a little later', first: ['high', 0], second: ['normal', AGEING_MS - 1] },
  { id: 'a normal that waited an age longer', first: ['normal', AGEING_MS + 1], second: ['high', 0] },
  {
    id: 'background after three ages before a new high',
    first: ['background', 3 * AGEING_MS + 1],
    second: ['high', 0],
  },
  {
    id: 'background after five ages before a new blocker',
    first: ['background', 5 * AGEING_MS + 1],
    second: ['blocker', 0],
  },
];
for (const { id, first, second } of RACES) {
  test(`policy / priority / ageing / first comes ${id}`, () => {
    assert.ok(effectiveRank(...first) < effectiveRank(...second));
    // Whatever time passes for both, the order stays.
    for (const ms of [1, AGEING_MS, 100 * AGEING_MS]) {
      assert.ok(effectiveRank(first[0], first[1] + ms) < effectiveRank(second[0], second[1] + ms));
    }
  });
}

test('policy / priority / ageing / the least urgent waits for less than the deadline of a task', () => {
  assert.ok(priorityRank('background') * AGEING_MS < 24 * 3_600_000);
});
