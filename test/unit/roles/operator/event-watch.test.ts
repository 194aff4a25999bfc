import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventLine } from '../../../../protocols/operator.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { EventWatch } from '../../../../roles/operator/event-watch.ts';
import { settled } from '../../../fakes/manual-runtime.ts';
import {
  acceptedRecord,
  cardRecord,
  distributionRecord,
  doneRecord,
  eventId,
  eventRecord,
  failedRecord,
  settledRecord,
  startedRecord,
} from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

/** A node that writes everything itself, and who listens to it from the start. */
async function watched(remembered?: number) {
  const { replica, disk, runtime, peer } = await startedNode('node');
  const watch = new EventWatch({ ...(remembered && { remembered }) }, { journal: replica, tables: disk, runtime });
  const told: string[] = [];
  const listen = (into = told) => watch.onEvent(({ eventId: id, state }: EventLine) => into.push(`${id} ${state}`));
  const write = async (...records: MeshRecord[]) => {
    for (const record of records) {
      await replica.append(record);
      // What the watch reads comes from a disk in memory: it is told before the next turn of the event loop.
      await settled();
    }
  };
  return { replica, disk, runtime, peer, told, listen, end: listen(), write };
}

test('operator / watch / each state of an event is told once, however many records it took', async () => {
  const { write, told, peer } = await watched();
  await write(
    eventRecord(1),
    distributionRecord(1, [peer]),
    acceptedRecord(1),
    startedRecord(1),
    failedRecord(1),
    startedRecord(1, { attempt: 2 }),
    doneRecord(1, { attempt: 2 }),
    settledRecord(1),
  );
  const states = ['received', 'offered', 'accepted', 'running', 'failed', 'running', 'done'];
  assert.deepEqual(
    told,
    states.map((state) => `${eventId(1)} ${state}`),
  );
});

test('operator / watch / events are told apart, and records about nodes are nobody’s event', async () => {
  const { write, told, peer } = await watched();
  await write(eventRecord(1), eventRecord(2), cardRecord('node'), distributionRecord(2, [peer]), eventRecord(1));
  assert.deepEqual(told, [`${eventId(1)} received`, `${eventId(2)} received`, `${eventId(2)} offered`]);
});

test('operator / watch / what is known of an event that has not come itself is not told before it', async () => {
  const { write, told, peer } = await watched();
  await write(distributionRecord(1, [peer]), acceptedRecord(1));
  assert.deepEqual(told, []);
  await write(eventRecord(1));
  assert.deepEqual(told, [`${eventId(1)} accepted`]);
});

test('operator / watch / of many records at once the last state is told, never an older one after it', async () => {
  const { replica, told, peer } = await watched();
  const records = [eventRecord(1), distributionRecord(1, [peer]), acceptedRecord(1), startedRecord(1), doneRecord(1)];
  await Promise.all(records.map((record) => replica.append(record)));
  await settled();
  assert.equal(told.at(-1), `${eventId(1)} done`);
  assert.equal(new Set(told).size, told.length);
});

test('operator / watch / only so many events are remembered, the ones told last', async () => {
  const { write, told } = await watched(2);
  await write(eventRecord(1), eventRecord(2), eventRecord(3));
  told.length = 0;
  await write(eventRecord(3), eventRecord(2), eventRecord(1));
  assert.deepEqual(told, [`${eventId(1)} received`]);
});

test('operator / watch / who stopped listening hears nothing, who comes later hears what is new since', async () => {
  const { write, told, end, listen, peer } = await watched();
  await write(eventRecord(1));
  end();
  await write(distributionRecord(1, [peer]));
  const later: string[] = [];
  listen(later);
  await write(eventRecord(1));
  assert.deepEqual(told, [`${eventId(1)} received`]);
  assert.deepEqual(later, [`${eventId(1)} offered`]);
});

test('operator / watch / an event that cannot be read is logged, and the next one is told', async () => {
  const { replica, disk, runtime, told, write } = await watched();
  const range = disk.range.bind(disk);
  disk.range = () => Promise.reject(new Error('the disk is ill'));
  await write(eventRecord(1));
  disk.range = range;
  await write(eventRecord(2));
  assert.deepEqual(told, [`${eventId(2)} received`]);
  const { phrase, facts } = runtime.lines.find(({ level }) => level === 'warn') ?? assert.fail('nothing was logged');
  assert.deepEqual([phrase, facts], ['event not told', { eventId: eventId(1), problem: 'the disk is ill' }]);
  await replica.stop();
});
