import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelled, type SoakSample } from '../../../bench/soak/levelled.ts';

const KEEP_SECONDS = 10;

/** Forty looks, one a second. */
function samples(of: (second: number) => Partial<SoakSample>): SoakSample[] {
  return Array.from({ length: 40 }, (_, i) => ({
    seconds: i + 1,
    events: (i + 1) * 100,
    heapMib: 80,
    rssMib: 400,
    diskMib: 50,
    ...of(i + 1),
  }));
}

const CASES: readonly {
  readonly id: string;
  readonly of: (second: number) => Partial<SoakSample>;
  readonly verdict: ReturnType<typeof levelled>;
}[] = [
  { id: 'everything flat levels off', of: () => ({}), verdict: { heap: true, rss: true, disk: true } },
  {
    id: 'a heap that grows by its size in a run does not level off',
    of: (second) => ({ heapMib: 80 + 2 * second }),
    verdict: { heap: false, rss: true, disk: true },
  },
  {
    id: 'memory that grows while it warms up levels off',
    of: (second) => ({ rssMib: 400 + 40 * Math.min(second, 15) }),
    verdict: { heap: true, rss: true, disk: true },
  },
  {
    id: 'a disk that goes up and down within 1.5 × the retention levels off',
    of: (second) => ({ diskMib: 5 * Math.min(second, 12) + (second % 3) * 4 }),
    verdict: { heap: true, rss: true, disk: true },
  },
  {
    id: 'a disk that keeps everything does not level off',
    of: (second) => ({ diskMib: 5 * second }),
    verdict: { heap: true, rss: true, disk: false },
  },
];

for (const { id, of, verdict } of CASES) {
  test(`bench / soak / ${id}`, () => assert.deepEqual(levelled(samples(of), KEEP_SECONDS), verdict));
}

test('bench / soak / a run shorter than its retention shows nothing of the disk', () => {
  assert.equal(
    levelled(
      samples(() => ({})),
      60,
    ).disk,
    false,
  );
});
