import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIdOf } from '../../../../protocols/ids.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { OpenEvents } from '../../../../roles/orchestrator/open-events.ts';
import { tableKey } from '../../../../roles/ports/tables.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { eventOf } from './samples.ts';

const AGG = peerNamed('agg');
const EPOCH = epochNumber(1);
const at = (seq: number) => ({ origin: AGG, epoch: EPOCH, seq });

/** A log of one event record for each id, and a count of how often it was read. */
function setUp(count = 1) {
  const records: MeshRecord[] = Array.from({ length: count }, (_, i) => {
    return { v: 1, type: 'event', at: 5, event: eventOf({ id: eventIdOf('github', String(i)) }) };
  });
  let ranges = 0;
  const journal = {
    epoch: EPOCH,
    append: async () => at(0),
    onCommit: () => {},
    read: async ({ seq }: { seq: number }) => {
      const record = records[seq];
      return record && { ok: true as const, record };
    },
  };
  const tables = {
    get: () => undefined,
    range: async (_table: string, { prefix = '' } = {}) => {
      ranges++;
      const seq = Number(prefix.split('\u0000')[0]?.split(':')[1]);
      return [[tableKey(prefix.slice(0, -1), 'event', '', AGG, EPOCH, String(seq).padStart(16, '0')), true] as const];
    },
  };
  return { events: new OpenEvents({ journal, tables }), records, ranges: () => ranges };
}

const id = (i: number) => eventIdOf('github', String(i));

test('orchestrator / open events / one that is complete is not read', async () => {
  const { events, records, ranges } = setUp();
  const event = events.open(id(0), true);
  events.add(event, at(0), records[0] as MeshRecord);
  assert.equal((await events.storyOf(event)).event?.id, id(0));
  assert.equal(ranges(), 0);
});

test('orchestrator / open events / one from before the start is read once, also when two ask at once', async () => {
  const { events, ranges } = setUp();
  const event = events.open(id(0), false);
  const [story, body] = await Promise.all([events.storyOf(event), events.bodyOf(event)]);
  assert.equal(story.event?.id, id(0));
  assert.equal(body?.id, id(0));
  assert.equal(ranges(), 1);
});

test('orchestrator / open events / a record that comes while it is read is not lost', async () => {
  const { events } = setUp();
  const event = events.open(id(0), false);
  const story = events.storyOf(event);
  events.add(
    event,
    { ...at(7), origin: peerNamed('orc') },
    { v: 1, type: 'settled', at: 9, eventId: id(0), outcome: 'done' },
  );
  assert.equal((await story).settled?.at, 9);
  assert.equal((await story).event?.id, id(0));
});

test('orchestrator / open events / forgotten records are read again', async () => {
  const { events, ranges } = setUp();
  const event = events.open(id(0), false);
  await events.storyOf(event);
  events.forget(event);
  assert.equal(events.factsOf(event).length, 0);
  assert.equal((await events.storyOf(event)).event?.id, id(0));
  assert.equal(ranges(), 2);
});

test('orchestrator / open events / records of two thousand events stay in memory, the longest unused go first', async () => {
  const { events, records } = setUp(2_001);
  const all = records.map((record, i) => {
    const event = events.open(id(i), true);
    events.add(event, at(i), record);
    return event;
  });
  assert.equal(events.factsOf(all[0] as (typeof all)[number]).length, 0);
  assert.equal(events.factsOf(all[1] as (typeof all)[number]).length, 1);
  assert.equal((await events.storyOf(all[0] as (typeof all)[number])).event?.id, id(0));
});

test('orchestrator / open events / what is closed is gone, and a late record does not bring it back', () => {
  const { events, records } = setUp();
  const event = events.open(id(0), true);
  events.close(event);
  events.add(event, at(0), records[0] as MeshRecord);
  assert.equal(events.get(id(0)), undefined);
  assert.equal(events.size, 0);
});
