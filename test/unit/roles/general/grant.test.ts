import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIdOf } from '../../../../protocols/ids.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { type Grant, grantFor } from '../../../../roles/general/grant.ts';
import { approvalRecord } from '../../../fakes/agent-records.ts';
import { issueEvent } from '../../../fakes/events.ts';
import { distributionRecord, eventId } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const EVENT = { ...issueEvent(), id: eventId(1) };
const { subject } = EVENT;
const HASH = 'a'.repeat(64);
const BEGINS = distributionRecord(1, [], { subject, development: { textHash: HASH } });
const OK = approvalRecord(1, { subject });

const CASES: readonly { id: string; records: readonly MeshRecord[]; wanted?: false; grant: Grant | undefined }[] = [
  { id: 'begun and approved', records: [BEGINS, OK], grant: { textHash: HASH, by: 'ada' } },
  { id: 'the decision is not here yet', records: [OK], grant: undefined },
  { id: 'the approval is not here yet', records: [BEGINS], grant: undefined },
  { id: 'taken back', records: [BEGINS, OK, approvalRecord(2, { subject, verdict: 'denied' })], grant: undefined },
  {
    id: 'of another text',
    records: [BEGINS, approvalRecord(1, { subject, textHash: 'b'.repeat(64) })],
    grant: undefined,
  },
  { id: 'of another issue', records: [BEGINS, approvalRecord(1, { subject: `${subject}0` })], grant: undefined },
  {
    id: 'begun by another event',
    records: [distributionRecord(2, [], { subject, development: { textHash: HASH } }), OK],
    grant: undefined,
  },
  { id: 'an event that began nothing', records: [distributionRecord(1, [], { subject }), OK], grant: undefined },
  { id: 'where nobody has to approve', records: [BEGINS], wanted: false, grant: { textHash: HASH } },
  {
    id: 'denied where nobody has to approve',
    records: [BEGINS, approvalRecord(1, { subject, verdict: 'denied' })],
    wanted: false,
    grant: undefined,
  },
];
for (const { id, records, wanted, grant } of CASES) {
  test(`general / grant / ${id}: ${grant === undefined ? 'none' : 'begins'}`, async () => {
    const node = await startedNode('a');
    for (const record of records) await node.replica.append(record);
    const parts = { tables: node.disk, ...(wanted === false && { isApprovalWanted: () => false }) };
    assert.deepEqual(await grantFor(EVENT, parts), grant);
  });
}

test('general / grant / a replay has that of the event which it replays', async () => {
  const node = await startedNode('a');
  for (const record of [BEGINS, OK]) await node.replica.append(record);
  const again = { ...EVENT, id: eventIdOf('replay', '1'), causationid: EVENT.id };
  assert.deepEqual(await grantFor(again, { tables: node.disk }), { textHash: HASH, by: 'ada' });
  const made = { ...again, id: eventIdOf('api', '1') };
  assert.equal(await grantFor(made, { tables: node.disk }), undefined, 'anybody may name a cause');
});
