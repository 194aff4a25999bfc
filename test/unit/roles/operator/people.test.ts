import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../../../../protocols/errors.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { Approvals } from '../../../../roles/operator/approvals.ts';
import { Conversations } from '../../../../roles/operator/conversations.ts';
import { SessionDesk } from '../../../../roles/operator/sessions.ts';
import { approvalAskedRecord, approvalRecord, conversationRecord } from '../../../fakes/agent-records.ts';
import {
  AT,
  acceptedRecord,
  distributionRecord,
  eventId,
  eventRecord,
  SLOT,
  sessionRecord,
  settledRecord,
  startedRecord,
} from '../../../fakes/records.ts';
import { type ReplicaNode, startedNode } from '../../../fakes/replica-node.ts';

const ISSUE = 'acme/app#7';
const [A, B] = ['a'.repeat(64), 'b'.repeat(64)];

async function nodeWith(...records: readonly MeshRecord[]): Promise<ReplicaNode> {
  const node = await startedNode('a');
  for (const record of records) await node.replica.append(record);
  return node;
}

/** An event whose one slot this very node has accepted and begun. */
const atWork = (node: ReplicaNode) => [
  eventRecord(1),
  distributionRecord(1, [node.peer]),
  acceptedRecord(1),
  startedRecord(1),
];

async function desk(...records: readonly MeshRecord[]) {
  const node = await nodeWith();
  for (const record of [...atWork(node), ...records]) await node.replica.append(record);
  const { replica: journal, disk: tables, runtime } = node;
  const findEvent = async (id: string) => (eventId(1).endsWith(id) ? eventId(1) : undefined);
  return { node, sessions: new SessionDesk({ journal, tables, runtime, findEvent }) };
}

test('operator / sessions / what a general has in hand is listed with its checkpoint', async () => {
  const { node, sessions } = await desk(sessionRecord(1, { step: 'act', turn: 3 }));
  const [line, ...more] = await sessions.list({ limit: 10 });
  assert.deepEqual(more, []);
  assert.deepEqual([line?.state, line?.step, line?.turn, line?.node, line?.said], ['running', 'act', 3, node.peer, 0]);
  assert.deepEqual(await sessions.list({ limit: 10, general: 'other-general' }), []);
});

test('operator / sessions / a pause and a word to the agent are seen, and found by the id of the session', async () => {
  const { sessions } = await desk(sessionRecord(1));
  const ordered = await sessions.order({ id: 'event-1', order: 'pause', by: 'ada' });
  assert.deepEqual(ordered, { order: 'pause', eventId: eventId(1), slots: [SLOT] });
  await sessions.order({ id: 'ses-1', order: 'steer', text: 'mind the cache' });
  const view = await sessions.show({ id: 'ses-1' });
  assert.deepEqual([view.state, view.by], ['paused', 'ada']);
  assert.deepEqual(
    view.words.map(({ by, text }) => [by, text]),
    [['operator', 'mind the cache']],
  );
});

test('operator / sessions / what is cancelled is given up at once and listed nowhere', async () => {
  const { node, sessions } = await desk();
  await sessions.order({ id: 'event-1', slot: SLOT, order: 'cancel', by: 'ada' });
  const [letter] = node.disk.rows('dead').map(([, row]) => Object(row));
  assert.deepEqual([letter.letter.reason, letter.dropped], ['cancelled by ada', 0]);
  assert.deepEqual(await sessions.list({ limit: 10 }), []);
  const again = sessions.order({ id: 'event-1', order: 'resume' });
  await assert.rejects(again, (error) => hasCode(error, 'not-found'), 'it has ended');
});

test('operator / sessions / what is not there is not found', async () => {
  const { sessions } = await desk();
  for (const query of [{ id: 'nothing' }, { id: 'event-1', slot: 'other-general' }]) {
    await assert.rejects(sessions.show(query), (error) => hasCode(error, 'not-found'));
  }
});

async function approvals(...records: readonly MeshRecord[]) {
  const node = await nodeWith(...records);
  const { replica: journal, disk: tables, runtime } = node;
  const isWanted = (repository: string) => repository === 'acme/app';
  return { node, desk: new Approvals({ journal, tables, runtime, isWanted, org: 'acme' }) };
}

test('operator / approvals / an issue that is ready waits, and what an agent asked for as long as its event is open', async () => {
  const records = [
    eventRecord(1),
    eventRecord(2),
    approvalAskedRecord(1, { textHash: B, what: 'merge it' }),
    approvalAskedRecord(2, { textHash: 'c'.repeat(64) }),
    conversationRecord(1, { status: 'ready_for_dev', textHash: A }),
    conversationRecord(1, { conversationId: 'acme/other#1', repoFullName: 'acme/other', status: 'ready_for_dev' }),
    conversationRecord(1, { conversationId: 'acme/app#8', status: 'needs_clarification' }),
    settledRecord(2),
  ];
  const { desk: open } = await approvals(...records);
  assert.deepEqual(
    (await open.list({ limit: 10 })).map(({ subject, textHash, what }) => [subject, textHash[0], what]),
    [
      [ISSUE, 'b', 'merge it'],
      [ISSUE, 'a', 'development of issue #7'],
    ],
  );
});

test('operator / approvals / an answer holds for one text, and may be taken back', async () => {
  const asked = [eventRecord(1), approvalAskedRecord(1, { textHash: A })];
  const { node, desk: open } = await approvals(...asked);
  assert.equal((await open.say({ subject: 'ACME/app#7', verdict: 'approved', by: 'ada' })).state, 'approved');
  assert.deepEqual(await open.list({ limit: 10 }), []);
  await node.runtime.advance(1);
  await open.say({ subject: ISSUE, hash: A.slice(0, 7), verdict: 'denied', reason: 'not now' });
  const [line] = await open.list({ limit: 10, all: true });
  assert.deepEqual([line?.state, line?.reason, line?.by], ['denied', 'not now', 'operator']);
});

const UNCLEAR: readonly { id: string; request: { subject: string; hash?: string }; code: 'usage' | 'not-found' }[] = [
  { id: 'two texts wait', request: { subject: ISSUE }, code: 'usage' },
  { id: 'six digits', request: { subject: ISSUE, hash: 'aaaaaa' }, code: 'usage' },
  { id: 'no hash', request: { subject: ISSUE, hash: 'main' }, code: 'usage' },
  { id: 'another text', request: { subject: ISSUE, hash: 'ccccccc' }, code: 'not-found' },
  { id: 'another issue', request: { subject: 'acme/app#8' }, code: 'not-found' },
];
for (const { id, request, code } of UNCLEAR) {
  test(`operator / approvals / nothing is approved where it is not clear what: ${id}`, async () => {
    const asked = [A, B].map((textHash, i) => approvalAskedRecord(i + 1, { textHash, at: AT + i }));
    const { node, desk: open } = await approvals(eventRecord(1), eventRecord(2), ...asked);
    await assert.rejects(open.say({ ...request, verdict: 'approved' }), (error) => hasCode(error, code));
    assert.equal(node.disk.rows('approvals').length, 0);
  });
}

test('operator / approvals / a word that nobody asked for is listed with all', async () => {
  const { desk: open } = await approvals(approvalRecord(1));
  assert.deepEqual(await open.list({ limit: 10 }), []);
  const [line] = await open.list({ limit: 10, all: true });
  assert.deepEqual([line?.subject, line?.state], [ISSUE, 'approved']);
});

test('operator / conversations / are listed by state and repository, and each change is told once, as it counts', async () => {
  const node = await nodeWith(
    conversationRecord(1, { at: AT + 5 }),
    conversationRecord(1, { conversationId: 'acme/web#1', repoFullName: 'acme/web' }),
  );
  const talks = new Conversations({ journal: node.replica, tables: node.disk });
  const told: string[] = [];
  const end = talks.onChange(({ id, status }) => told.push(`${id} ${status}`));
  await node.replica.append(conversationRecord(2, { at: AT + 9, status: 'ready_for_dev' }));
  await node.replica.append(conversationRecord(3, { at: AT + 7, status: 'needs_clarification' }));
  end();
  await node.replica.append(conversationRecord(4, { at: AT + 11, status: 'completed' }));
  assert.deepEqual(told, [`${ISSUE} ready_for_dev`]);
  const ids = async (query: object) => (await talks.list({ limit: 10, ...query })).map(({ id }) => id);
  assert.deepEqual(await ids({}), [ISSUE, 'acme/web#1']);
  assert.deepEqual(await ids({ status: 'completed' }), [ISSUE]);
  assert.deepEqual(await ids({ repository: 'acme/web' }), ['acme/web#1']);
  assert.deepEqual(await ids({ status: 'ready_for_dev' }), []);
  const [line] = await talks.list({ limit: 1 });
  assert.deepEqual([line?.updatedAt, line?.textHash, line?.issueNumber], [AT + 11, A, 7]);
});
