import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  CALM,
  type Load,
  type Marks,
  mayAccept,
  mayOffer,
  type Pressure,
  pressureOf,
  type Stage,
} from '../../../../roles/policy/pressure.ts';

const GIB = 2 ** 30;
/** Of 100 GiB ten stay free. */
const MARKS: Marks = { minFreeBytes: GIB, minFreeShare: 0.1, maxStoreBytes: 16 * GIB, maxOpenEvents: 1_000 };
const PLENTY: Load = { room: { freeBytes: 50 * GIB, totalBytes: 100 * GIB }, storeBytes: GIB, openEvents: 10 };
const free = (gib: number, total = 100): Load => ({
  ...PLENTY,
  room: { freeBytes: gib * GIB, totalBytes: total * GIB },
});

describe('policy / pressure', () => {
  const cases: { id: string; load: Load; marks?: Marks; stage: Stage; closedFor: readonly RegExp[] }[] = [
    { id: 'plenty of everything', load: PLENTY, stage: 'calm', closedFor: [] },
    { id: 'a fifth above the reserve', load: free(12), stage: 'calm', closedFor: [] },
    { id: 'a little less', load: free(11.9), stage: 'hold', closedFor: [] },
    { id: 'a tenth above the reserve', load: free(10.9), stage: 'busy', closedFor: [] },
    { id: 'less than a tenth of the disk', load: free(9.9), stage: 'closed', closedFor: [/nearly full/] },
    { id: 'nothing', load: free(0), stage: 'closed', closedFor: [/nearly full/] },
    { id: 'less than 1 GiB of a small disk', load: free(0.9, 4), stage: 'closed', closedFor: [/nearly full/] },
    { id: 'more than 1 GiB of a small disk', load: free(1.3, 4), stage: 'calm', closedFor: [] },
    {
      id: 'only bytes are kept back',
      load: free(5),
      marks: { ...MARKS, minFreeShare: 0 },
      stage: 'calm',
      closedFor: [],
    },
    { id: 'a disk that cannot be read', load: { ...PLENTY, room: undefined }, stage: 'calm', closedFor: [] },
    {
      id: 'a store at its mark: work goes on, which makes it smaller',
      load: { ...PLENTY, storeBytes: 16 * GIB },
      stage: 'calm',
      closedFor: [/largest size/],
    },
    {
      id: 'open events at their mark: work goes on, which makes them fewer',
      load: { ...PLENTY, openEvents: 1_000 },
      stage: 'calm',
      closedFor: [/too many events/],
    },
    {
      id: 'all at once',
      load: { ...free(1), storeBytes: 20 * GIB, openEvents: 5_000 },
      stage: 'closed',
      closedFor: [/nearly full/, /largest size/, /too many events/],
    },
  ];
  for (const { id, load, marks = MARKS, stage, closedFor } of cases) {
    test(id, () => {
      const pressure = pressureOf(load, marks);
      assert.equal(pressure.stage, stage);
      assert.equal(pressure.closedFor.length, closedFor.length, pressure.closedFor.join());
      closedFor.forEach((pattern, i) => {
        assert.match(pressure.closedFor[i] ?? '', pattern);
      });
    });
  }

  test('as room goes the stages are passed in the order of the rule, and back the other way', () => {
    const passed: Stage[] = [];
    let now: Pressure = CALM;
    const down = Array.from({ length: 80 }, (_, i) => 16 - i / 10);
    for (const gib of [...down, ...down.toReversed()]) {
      now = pressureOf(free(gib), MARKS, now);
      if (passed.at(-1) !== now.stage) passed.push(now.stage);
    }
    assert.deepEqual(passed, ['calm', 'hold', 'busy', 'closed', 'busy', 'hold', 'calm']);
  });

  test('a value that swings around a mark does not switch at each swing', () => {
    let now: Pressure = CALM;
    const changes: boolean[] = [];
    for (let i = 0; i < 40; i++) {
      const next = pressureOf({ ...free(9.9 + (i % 2) * 0.2), openEvents: 995 + (i % 2) * 10 }, MARKS, now);
      changes.push(next.closedFor.join() !== now.closedFor.join());
      now = next;
    }
    assert.equal(changes.slice(2).filter(Boolean).length, 0);
  });

  test('a disk that cannot be read any more keeps what held', () => {
    for (const gib of [50, 11.9, 10.9, 9]) {
      const before = pressureOf(free(gib), MARKS);
      assert.deepEqual(pressureOf({ ...PLENTY, room: undefined }, MARKS, before), before);
    }
  });

  const allowed: Record<Stage, [offers: boolean, accepts: boolean]> = {
    calm: [true, true],
    hold: [false, true],
    busy: [false, false],
    closed: [false, false],
  };
  for (const [stage, [offers, accepts]] of Object.entries(allowed) as [Stage, [boolean, boolean]][]) {
    test(`${stage}: ${offers ? 'offers' : 'no offers'}, ${accepts ? 'accepts' : 'accepts none'}`, () => {
      assert.deepEqual([mayOffer({ stage, closedFor: [] }), mayAccept({ stage, closedFor: [] })], [offers, accepts]);
    });
  }
});
