import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAll } from './whole/pool.ts';
import { run } from './whole/run.ts';
import { scheduleOf } from './whole/schedule.ts';
import { isClean, type Result, summaryOf } from './whole/summary.ts';

/** A cut of what `npm run sim` does at full size. */
const SEEDS = 40;
const EVENTS = 40;
const RECOVERY_MS = 150_000;

test('simulator / a seed / gives the same run twice, byte for byte', async () => {
  const schedule = scheduleOf({ seed: 7, events: 60 });
  const [first, second] = [await run(schedule), await run(schedule)];
  assert.ok(first.trace.lines.length > 100);
  assert.equal(first.trace.hash(), second.trace.hash());
});

test('simulator / a seed / gives the same run in a thread of its own', async () => {
  const [seed, events] = [7, 60];
  const hashes: string[] = [];
  const jobs = [{ seed, events }];
  await runAll(
    () => jobs.pop(),
    ({ hash }) => hashes.push(hash),
  );
  const { trace } = await run(scheduleOf({ seed, events }));
  assert.deepEqual(hashes, [trace.hash()]);
});

test('simulator / two seeds / are two runs', async () => {
  const [first, second] = await Promise.all([1, 2].map((seed) => run(scheduleOf({ seed, events: 20 }))));
  assert.notEqual(first?.trace.hash(), second?.trace.hash());
});

test('simulator / many seeds / nothing is lost, doubled or left undone', async () => {
  const results: Result[] = [];
  let next = 1;
  await runAll(
    () => (next <= SEEDS ? { seed: next++, events: EVENTS } : undefined),
    (result) => results.push(result),
  );
  assert.equal(results.length, SEEDS);
  assert.deepEqual(
    results.filter((each) => !isClean(each)).map(({ seed, counts }) => ({ seed, ...counts })),
    [],
    'npm run sim -- --events 40 --story --seed N tells more',
  );
  const { events, recoveryP99Ms } = summaryOf(results);
  assert.ok(events > (SEEDS * EVENTS) / 2, `${events} events were acknowledged`);
  assert.ok(recoveryP99Ms < RECOVERY_MS, `${recoveryP99Ms} ms`);
});

for (const plant of ['no accepted record', 'no fence'] as const) {
  test(`simulator / teeth / ${plant}: it is noticed`, async () => {
    const results = [];
    for (const seed of [1, 2, 3]) results.push(await run(scheduleOf({ seed, events: 40 }), { plant }));
    assert.ok(results.some((each) => !isClean(each)));
  });
}
