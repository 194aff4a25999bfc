import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenCount } from '../../../../roles/replica/open-count.ts';
import { eventRecord, settledRecord } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

test('replica / open count / counts what is there, follows what comes, and is exact again after a minute', async () => {
  const { replica, disk, runtime } = await startedNode('a');
  await Promise.all(Array.from({ length: 2_500 }, (_, i) => replica.append(eventRecord(i))));
  const count = new OpenCount({ journal: replica, tables: disk, runtime });
  await count.start();
  assert.equal(count.value, 2_500);
  await replica.append(eventRecord(9_000));
  await replica.append(settledRecord(1));
  await replica.append(settledRecord(2));
  assert.equal(count.value, 2_499);
  // The same event in a second record is one event.
  await replica.append(eventRecord(9_000));
  assert.equal(count.value, 2_500);
  await runtime.advance(60_000);
  assert.equal(count.value, 2_499);
  count.stop();
});
