import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outsideTime } from '../../../bench/agents/outside-time.ts';

const request = (at: number, until: number) => ({ method: 'GET', path: '/', at, until });

const CASES = [
  { name: 'nothing', passed: [], time: 0 },
  { name: 'one after the other', passed: [request(10, 20), request(30, 35)], time: 15 },
  { name: 'two at once count once', passed: [request(30, 40), request(10, 35)], time: 30 },
  { name: 'one within another', passed: [request(10, 40), request(20, 30)], time: 30 },
  { name: 'before and behind the moments', passed: [request(-10, 5), request(95, 120), request(200, 300)], time: 10 },
];

for (const { name, passed, time } of CASES) {
  test(`bench / agents / time of others / ${name}`, () => assert.equal(outsideTime(passed, 0, 100), time));
}
