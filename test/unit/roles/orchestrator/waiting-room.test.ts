import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Priority } from '../../../../protocols/dispatch.ts';
import { slotOf } from '../../../../protocols/ids.ts';
import { WaitingRoom } from '../../../../roles/orchestrator/waiting-room.ts';
import { AGEING_MS } from '../../../../roles/policy/priority.ts';

const TRIAGE = slotOf('triage-general');
const DEV = slotOf('triage-general', 'dev');

/** A room whose clock stands at `now`, and who waits: name → priority and since when. */
function roomOf(now: number, waiting: readonly (readonly [key: string, priority: Priority, since?: number])[]) {
  const room = new WaitingRoom(() => now);
  for (const [key, priority, since = 0] of waiting) room.add(TRIAGE, { key, priority, since });
  return room;
}

const ORDERS: readonly {
  id: string;
  now?: number;
  waiting: Parameters<typeof roomOf>[1];
  limit?: number;
  order: string;
}[] = [
  {
    id: 'the urgent first, then who came first',
    waiting: [
      ['a', 'normal'],
      ['b', 'critical'],
      ['c', 'normal'],
    ],
    order: 'b a c',
  },
  {
    id: 'who found no room again keeps its place',
    now: 10,
    waiting: [
      ['late', 'normal', 5],
      ['latest', 'normal', 9],
      ['again', 'normal', 1],
    ],
    order: 'again late latest',
  },
  {
    id: 'low goes before a high that came two ages later, and behind one that came sooner',
    now: 3 * AGEING_MS,
    waiting: [
      ['low', 'low', 0],
      ['sooner', 'high', 2 * AGEING_MS - 1],
      ['later', 'high', 2 * AGEING_MS + 1],
    ],
    order: 'sooner low later',
  },
  {
    id: 'no more than were asked for',
    waiting: [
      ['a', 'low'],
      ['b', 'normal'],
      ['c', 'low'],
    ],
    limit: 2,
    order: 'b a',
  },
];
for (const { id, now = 0, waiting, limit = 64, order } of ORDERS) {
  test(`orchestrator / waiting room / ${id}`, () => {
    assert.equal(roomOf(now, waiting).waitingFor(TRIAGE, limit).join(' '), order);
  });
}

test('orchestrator / waiting room / each slot is for itself, and an empty one is not listed', () => {
  const room = roomOf(0, [['a', 'normal']]);
  room.add(DEV, { key: 'd', priority: 'blocker', since: 0 });
  assert.deepEqual(room.waitingFor(DEV, 64), ['d']);
  room.remove(TRIAGE, { key: 'a', priority: 'normal', since: 0 });
  assert.deepEqual(room.slots(), [DEV]);
  assert.deepEqual(room.waitingFor(TRIAGE, 64), []);
});

test('orchestrator / waiting room / of those who came at the same time only the one that left is gone', () => {
  const names = ['a', 'b', 'c', 'd'];
  const room = roomOf(
    0,
    names.map((key) => [key, 'normal'] as const),
  );
  room.remove(TRIAGE, { key: 'b', priority: 'normal', since: 0 });
  room.remove(TRIAGE, { key: 'x', priority: 'normal', since: 0 });
  assert.deepEqual(room.waitingFor(TRIAGE, 64), ['a', 'c', 'd']);
});
