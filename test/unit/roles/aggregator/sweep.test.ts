import assert from 'node:assert/strict';
import test from 'node:test';
import { isDue, missing, newestId, nextSince } from '../../../../roles/aggregator/sweep.ts';
import type { HookDelivery } from '../../../../roles/ports/deliveries.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = 1_800_000_000_000;

/** One try, `ago` milliseconds before now. */
function tried(guid: string, ago: number, status: number, fields: Partial<HookDelivery> = {}): HookDelivery {
  return { id: `${guid}-${ago}`, guid, at: NOW - ago, event: 'issues', status, ...fields };
}

const CASES: readonly {
  readonly id: string;
  readonly deliveries: readonly HookDelivery[];
  readonly known?: readonly string[];
  /** guid and the try to repeat, in the order of asking. */
  readonly asked: readonly string[];
}[] = [
  { id: 'nothing was sent', deliveries: [], asked: [] },
  { id: 'nobody answered', deliveries: [tried('a', HOUR, 0)], asked: ['a-3600000'] },
  { id: 'it was answered 503', deliveries: [tried('a', HOUR, 503)], asked: ['a-3600000'] },
  { id: 'its signature was refused', deliveries: [tried('a', HOUR, 403)], asked: ['a-3600000'] },
  { id: 'it is in the log', deliveries: [tried('a', HOUR, 503)], known: ['a'], asked: [] },
  { id: 'it was answered 202 and is in the log', deliveries: [tried('a', HOUR, 202)], known: ['a'], asked: [] },
  { id: 'it was answered 202 by a disk that is gone', deliveries: [tried('a', HOUR, 202)], asked: ['a-3600000'] },
  { id: 'it was answered 200: the same body came under another id', deliveries: [tried('a', HOUR, 200)], asked: [] },
  {
    id: 'it was answered 202 and, sent once more, 200, by a disk that is gone',
    deliveries: [tried('a', HOUR, 200), tried('a', 2 * HOUR, 202)],
    asked: ['a-3600000'],
  },
  { id: 'it was answered 204: it is not ours', deliveries: [tried('a', HOUR, 204)], asked: [] },
  { id: 'it is a ping', deliveries: [tried('a', HOUR, 0, { event: 'ping' })], asked: [] },
  { id: 'it is younger than 2 min', deliveries: [tried('a', 2 * MINUTE - 1, 0)], asked: [] },
  { id: 'it is 2 min old', deliveries: [tried('a', 2 * MINUTE, 0)], asked: ['a-120000'] },
  { id: 'it is older than the horizon', deliveries: [tried('a', 3 * DAY, 0)], asked: [] },
  { id: 'the clock of GitHub is a little ahead', deliveries: [tried('a', -2 * MINUTE, 0)], asked: [] },
  { id: 'our clock was set back: its age cannot be told', deliveries: [tried('a', -HOUR, 0)], asked: ['a--3600000'] },
  {
    id: 'it was asked for a moment ago',
    deliveries: [tried('a', HOUR, 503), tried('a', MINUTE, 503)],
    asked: [],
  },
  {
    id: 'it was asked for twice in vain: the newest try is repeated, the waits double',
    deliveries: [tried('a', 8 * MINUTE, 0), tried('a', 10 * MINUTE, 0), tried('a', HOUR, 0)],
    asked: ['a-480000'],
  },
  {
    id: 'the same a moment earlier',
    deliveries: [tried('a', 8 * MINUTE - 1, 0), tried('a', 10 * MINUTE, 0), tried('a', HOUR, 0)],
    asked: [],
  },
  {
    id: 'after many tries it is asked for each six hours',
    deliveries: [6, 12, 18, 24, 30, 36, 42, 48, 54, 60].map((hours) => tried('a', hours * HOUR, 400)),
    asked: [`a-${6 * HOUR}`],
  },
  {
    id: 'a repeat was answered',
    deliveries: [tried('a', HOUR, 503), tried('a', 30 * MINUTE, 204)],
    asked: [],
  },
  {
    id: 'its first try is beyond the horizon, its last is not',
    deliveries: [tried('a', 3 * DAY + 1, 503), tried('a', DAY, 503)],
    asked: [],
  },
  {
    id: 'one try was listed twice',
    deliveries: [tried('a', 2 * MINUTE, 0), tried('a', 2 * MINUTE, 0)],
    asked: ['a-120000'],
  },
  {
    id: 'several are missing: the oldest first',
    deliveries: [tried('b', HOUR, 0), tried('c', 2 * HOUR, 202), tried('a', 3 * HOUR, 502), tried('d', DAY, 0)],
    known: ['d'],
    asked: [`a-${3 * HOUR}`, `c-${2 * HOUR}`, `b-${HOUR}`],
  },
];

for (const { id, deliveries, known = [], asked } of CASES) {
  test(`aggregator / sweep / ${id}`, () => {
    const limits = { now: NOW, horizonMs: 3 * DAY };
    for (const order of [deliveries, deliveries.toReversed()]) {
      const found = missing(order, (guid) => known.includes(guid), limits);
      assert.deepEqual(found.filter((event) => isDue(event, NOW)).map(newestId), asked);
    }
  });
}

test('aggregator / sweep / the next look goes back to the newest that was seen, and ten minutes more', () => {
  const since = NOW - 3 * DAY;
  assert.equal(nextSince([], since), since);
  assert.equal(nextSince([tried('a', DAY, 202), tried('b', HOUR, 202)], since), NOW - HOUR - 10 * MINUTE);
  assert.equal(nextSince([tried('a', 4 * DAY, 202)], since), since);
});
