import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from './whole/run.ts';
import { scheduleOf } from './whole/schedule.ts';

test('simulator / a seed / gives the same run twice, byte for byte', async () => {
  const [first, second] = [
    await run(scheduleOf({ seed: 7, events: 60 })),
    await run(scheduleOf({ seed: 7, events: 60 })),
  ];
  assert.ok(first.trace.lines.length > 100);
  assert.equal(first.trace.hash(), second.trace.hash());
});

test('simulator / two seeds / are two runs', async () => {
  const [first, second] = [
    await run(scheduleOf({ seed: 1, events: 20 })),
    await run(scheduleOf({ seed: 2, events: 20 })),
  ];
  assert.notEqual(first.trace.hash(), second.trace.hash());
});
