import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { Ahead } from '../../../../roles/orchestrator/ahead.ts';
import type { EventWorker } from '../../../../roles/orchestrator/event-worker.ts';
import { OpenEvents } from '../../../../roles/orchestrator/open-events.ts';
import type { Committed } from '../../../../roles/ports/journal.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import {
  acceptedRecord,
  distributionRecord,
  doneRecord,
  eventId,
  eventRecord,
  settledRecord,
} from '../../../fakes/records.ts';

const GEN = peerNamed('gen');
const entry = (record: MeshRecord, seq: number): Committed => ({
  position: { origin: GEN, epoch: epochNumber(1), seq },
  decoded: { ok: true, record },
  own: false,
});

/** Decides everything with a record about the same event, and ends everything whose tasks have ended. */
function setUp(may: { readonly decide?: boolean; readonly end?: boolean } = {}) {
  const journal = {
    epoch: epochNumber(1),
    append: async () => entry(eventRecord(1), 0).position,
    onCommit: () => {},
    read: async () => undefined,
  };
  const events = new OpenEvents({ journal, tables: { get: () => undefined, range: async () => [] } });
  const worker: Pick<EventWorker, 'decideAhead' | 'endAhead'> = {
    decideAhead: (event) => ({ ...distributionRecord(1, []), eventId: event.id }),
    endAhead: (event, { tasks }) =>
      tasks.every(({ state }) => state === 'done') ? { ...settledRecord(1), eventId: event.id } : undefined,
  };
  const ahead = new Ahead({ events, worker, mayDecide: () => may.decide ?? true, mayEnd: () => may.end ?? true });
  const typesFor = (records: readonly MeshRecord[]) => ahead.recordsFor(records.map(entry)).map(({ type }) => type);
  const open = (number: number, records: readonly MeshRecord[]) => {
    const event = events.open(eventId(number), true);
    for (const [i, record] of records.entries()) events.add(event, entry(record, 100 + i).position, record);
  };
  return { typesFor, open };
}

test('orchestrator / ahead / of one subject only the first event of a group is decided in it', () => {
  assert.deepEqual(setUp().typesFor([eventRecord(1), eventRecord(2)]), ['distribution']);
});

test('orchestrator / ahead / what may not be decided here or now is left alone', () => {
  assert.deepEqual(setUp({ decide: false }).typesFor([eventRecord(1)]), []);
});

test('orchestrator / ahead / an event that comes with other records about it is left to the steps', () => {
  assert.deepEqual(setUp().typesFor([eventRecord(1), distributionRecord(1, [GEN])]), []);
});

test('orchestrator / ahead / the last result ends its event, a first sign of work does not', () => {
  const { typesFor, open } = setUp();
  open(1, [eventRecord(1), distributionRecord(1, [GEN])]);
  assert.deepEqual(typesFor([acceptedRecord(1)]), []);
  assert.deepEqual(typesFor([acceptedRecord(1), doneRecord(1)]), ['settled']);
});

test('orchestrator / ahead / an event that is being worked on is not ended besides', () => {
  const { typesFor, open } = setUp({ end: false });
  open(1, [eventRecord(1), distributionRecord(1, [GEN])]);
  assert.deepEqual(typesFor([doneRecord(1)]), []);
});
