import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshEvent } from '../../../../protocols/event.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { People, type PeopleOptions } from '../../../../roles/orchestrator/people.ts';
import { textHashOf } from '../../../../roles/policy/development.ts';
import { approvalAskedRecord, conversationRecord } from '../../../fakes/agent-records.ts';
import { issueEvent, pullRequestEvent } from '../../../fakes/events.ts';
import { AT, distributionRecord, doneRecord, eventId, eventRecord, SLOT } from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const ISSUE = issueEvent();
const HASH = textHashOf(ISSUE) ?? '';
const ASKED = 'c'.repeat(64);

/** A comment of `ada`, a member, on the issue. */
function comment(body: string, fields: Partial<MeshEvent> = {}): MeshEvent {
  const about = { id: 1, body, author: fields.actor ?? 'ada', url: '' };
  const said = {
    ...ISSUE,
    kind: 'issue_commented',
    actor: 'ada',
    data: { ...ISSUE.data, action: 'created', comment: about },
  };
  return { ...said, ...fields } as MeshEvent;
}

async function people(options: PeopleOptions = {}, records: readonly MeshRecord[] = []) {
  const node = await startedNode('owner');
  for (const record of records) await node.replica.append(record);
  const parts = { journal: node.replica, tables: node.disk };
  return { node, people: new People(options, parts) };
}

test('orchestrator / people / a member’s ok approves exactly the text that the issue had then', async () => {
  const told = conversationRecord(1, { conversationId: ISSUE.subject, status: 'ready_for_dev', textHash: HASH });
  const { people: all } = await people({}, [told]);
  assert.deepEqual(await all.recordsFor(comment('Fine.\n\n/mindmesh ok'), AT), [
    {
      v: 1,
      type: 'approval',
      at: AT,
      subject: ISSUE.subject,
      textHash: HASH,
      verdict: 'approved',
      by: 'ada',
      via: 'comment',
      eventId: ISSUE.id,
    },
  ]);
  const [named] = await all.recordsFor(comment(`/mindmesh ok ${HASH.slice(0, 7)}`), AT);
  assert.equal(named?.type === 'approval' && named.textHash, HASH);
  const [denied] = await all.recordsFor(comment('/mindmesh deny not now'), AT);
  assert.ok(denied?.type === 'approval' && denied.verdict === 'denied' && denied.reason === 'not now');
  assert.deepEqual(await all.recordsFor(comment('/mindmesh ok 0000000'), AT), [], 'the text is another by now');
});

test('orchestrator / people / without a hash ok means one’s own issue, or the text that was said to be ready', async () => {
  const says = async (body: string, records: readonly MeshRecord[], fields: Partial<MeshEvent> = {}) => {
    const { people: all } = await people({}, records);
    return (await all.recordsFor(comment(body, fields), AT)).length;
  };
  const told = (fields: object) =>
    conversationRecord(1, { conversationId: ISSUE.subject, status: 'ready_for_dev', textHash: HASH, ...fields });
  assert.equal(await says('/mindmesh ok', []), 0, 'nobody said what it is');
  assert.equal(await says('/mindmesh ok', [told({ textHash: 'f'.repeat(64) })]), 0, 'it was edited since');
  assert.equal(await says('/mindmesh ok', [told({ status: 'analyzing' })]), 0, 'it is being read');
  assert.equal(await says('/mindmesh ok', [told({})]), 1);
  assert.equal(await says(`/mindmesh ok ${HASH.slice(0, 7)}`, []), 1);
  assert.equal(await says('/mindmesh deny', []), 1, 'a no needs no care');
  const own = {
    ...ISSUE.data,
    issue: { ...ISSUE.data.issue, author: 'ada' },
    comment: comment('/mindmesh ok').data.comment,
  };
  assert.equal(await says('', [], { data: own as MeshEvent['data'] }), 1);
});

const NO_SAY: readonly { id: string; fields: Partial<MeshEvent>; options?: PeopleOptions }[] = [
  { id: 'a stranger', fields: { authorassociation: 'CONTRIBUTOR' } },
  { id: 'nobody known', fields: { authorassociation: 'UNKNOWN' } },
  { id: 'a collaborator, where only members count', fields: { authorassociation: 'COLLABORATOR' } },
  { id: 'a bot', fields: { actortype: 'bot', authorassociation: 'OWNER' } },
  { id: 'an organisation', fields: { actortype: 'organization' } },
  { id: 'what bears the mark of an agent', fields: { hops: 1 } },
  { id: 'an account of the mesh', fields: {}, options: { isOwn: (login) => login === 'ada' } },
  { id: 'a comment that was edited', fields: { kind: 'issue_updated' } },
  { id: 'a replay', fields: { id: 'replay:1' as MeshEvent['id'] } },
  { id: 'an event that somebody made', fields: { id: 'api:1' as MeshEvent['id'] } },
  {
    id: 'the comment of another',
    fields: {
      data: { ...comment('/mindmesh ok').data, comment: { id: 1, body: '/mindmesh deny', author: 'eve', url: '' } },
    },
  },
];
for (const { id, fields, options } of NO_SAY) {
  test(`orchestrator / people / no say: ${id}`, async () => {
    const { people: all } = await people(options);
    assert.deepEqual(await all.recordsFor(comment('/mindmesh deny\n/mindmesh cancel', fields), AT), []);
  });
}

test('orchestrator / people / whose word counts is configured', async () => {
  const { people: all } = await people({ by: ['collaborator'] });
  assert.equal((await all.recordsFor(comment('/mindmesh deny', { authorassociation: 'COLLABORATOR' }), AT)).length, 1);
  assert.equal((await all.recordsFor(comment('/mindmesh deny', { authorassociation: 'OWNER' }), AT)).length, 0);
});

test('orchestrator / people / on a pull request ok means what an agent asked about, or the head that is named whole', async () => {
  const issue = { ...ISSUE.data.issue, isPullRequest: true } as NonNullable<MeshEvent['data']['issue']>;
  const data = (body: string) => ({ issue, comment: { id: 1, body, author: 'ada', url: '' } });
  const on = (body: string) => comment(body, { kind: 'pr_commented', data: data(body) });
  const { people: none } = await people();
  assert.deepEqual(await none.recordsFor(on('/mindmesh ok'), AT), []);
  const sha = 'b'.repeat(40);
  const [whole] = await none.recordsFor(on(`/mindmesh ok ${sha}`), AT);
  assert.equal(whole?.type === 'approval' && whole.textHash, sha);
  const pushes = ['b', 'd'].map((letter, i) => {
    const head = { ref: 'work', sha: letter.repeat(40) };
    return eventRecord(i + 1, {}, { ...pullRequestEvent({ head }), id: eventId(i + 1), subject: ISSUE.subject });
  });
  const { people: two } = await people({}, pushes);
  const [newest] = await two.recordsFor(on('/mindmesh ok ddddddd'), AT);
  assert.equal(newest?.type === 'approval' && newest.textHash, 'd'.repeat(40));
  assert.deepEqual(await two.recordsFor(on('/mindmesh ok bbbbbbb'), AT), [], 'an older head');
  const asked = [eventRecord(1), approvalAskedRecord(1, { subject: ISSUE.subject, textHash: ASKED })];
  const { people: some } = await people({}, asked);
  for (const body of ['/mindmesh ok', '/mindmesh ok ccccccc']) {
    const [word] = await some.recordsFor(on(body), AT);
    assert.equal(word?.type === 'approval' && word.textHash, ASKED, body);
  }
});

test('orchestrator / people / orders go to whatever of the subject is open, and not to the comment’s own work', async () => {
  const subject = { subject: ISSUE.subject };
  const records = [
    eventRecord(1, {}, subject),
    distributionRecord(1, [], subject),
    eventRecord(2, {}, subject),
    distributionRecord(2, [], subject),
    eventRecord(3, {}, { subject: 'acme/app#1' }),
    distributionRecord(3, [], { subject: 'acme/app#1' }),
  ];
  const { node, people: all } = await people({}, records);
  await node.replica.append(distributionRecord(2, [node.peer], { ...subject, revision: 1 }));
  await node.replica.append(doneRecord(2));
  const said = await all.recordsFor(
    comment('/mindmesh steer mind the cache\n/mindmesh cancel', { id: eventId(9) }),
    AT,
  );
  const about = { v: 1, at: AT, eventId: eventId(1), slot: SLOT };
  assert.deepEqual(said, [
    { ...about, type: 'session-order', order: 'steer', by: 'ada', text: 'mind the cache' },
    { ...about, type: 'session-order', order: 'cancel', by: 'ada' },
    { ...about, type: 'dead', reason: 'cancelled by ada', round: 0 },
    { ...about, type: 'dropped', round: 0 },
  ]);
  assert.deepEqual(await all.recordsFor(comment('/mindmesh cancel', { id: eventId(1) }), AT), []);
});
