import assert from 'node:assert/strict';
import test from 'node:test';
import { hasCode } from '../../../../protocols/errors.ts';
import { MeshEventSchema } from '../../../../protocols/event.ts';
import { AgentCardSchema, ProcessReplySchema, ProcessRequestSchema } from '../../../../protocols/mindos.ts';
import { agentCard } from '../../../../roles/operator/agent-card.ts';
import { chooseGeneral, eventOfProcess, processReply } from '../../../../roles/operator/process.ts';
import { cardOf, peerNamed } from '../../../fakes/cards.ts';
import { EVENT_ID, eventFact, RESULT } from '../../../fakes/facts.ts';

const context = { org: 'acme', now: 1_700_000_000_000, unique: 'u1' };
const request = (fields: object) => ProcessRequestSchema.parse({ event_type: 'pr_created', ...fields });
const never = () => assert.fail('nothing to normalise');

function meshEvent() {
  const { record } = eventFact();
  assert.ok(record.type === 'event');
  return record.event;
}

test('operator / process / a normalised event is taken as it is', () => {
  const event = eventOfProcess(request({ data: meshEvent() }), context, never);
  assert.equal(event.id, EVENT_ID);
});

test('operator / process / the fields of the source document become an event', () => {
  const data = { repository: 'acme/app', user: 'octocat', metadata: { pr_number: 7, title: 'T' } };
  const event = eventOfProcess(request({ data, timestamp: '2025-11-22T21:00:00Z' }), context, never);
  assert.partialDeepStrictEqual(event, { subject: 'acme/app#7', actor: 'octocat', time: '2025-11-22T21:00:00Z' });
});

test('operator / process / a payload with the name of its sender’s event is normalised', () => {
  const asked: unknown[] = [];
  const event = eventOfProcess(
    request({ event_type: 'pull_request', data: { action: 'opened' } }),
    context,
    (...args) => {
      asked.push(args);
      return meshEvent();
    },
  );
  assert.equal(event.id, EVENT_ID);
  assert.deepEqual(asked, [['pull_request', { action: 'opened' }]]);
});

test('operator / process / what fits no form is passed on as facts', () => {
  const data = { repository: { full_name: 'x' }, title: 'Hi', pr_number: 'seven', level: 3 };
  const event = eventOfProcess(request({ event_type: 'mystery', data }), context, () => undefined);
  assert.deepEqual(MeshEventSchema.parse(event), event);
  assert.equal(event.kind, 'other');
  assert.partialDeepStrictEqual(event.data.facts, { title: 'Hi', level: 3 });
});

const OFFERED = ['security-general', 'triage-general'];
const choices: readonly { id: string; info?: object; offered: readonly string[]; expected: string }[] = [
  { id: 'the named one', info: { name: 'triage-general' }, offered: OFFERED, expected: 'triage-general' },
  { id: 'the named one by its short name', info: { name: 'security' }, offered: OFFERED, expected: 'security-general' },
  { id: 'the only one', offered: ['triage-general'], expected: 'triage-general' },
  { id: 'one that is not here', info: { name: 'metrics-general' }, offered: OFFERED, expected: 'general-not-here' },
  { id: 'none of several', offered: OFFERED, expected: 'request-invalid' },
];

for (const { id, info, offered, expected } of choices) {
  test(`operator / process / asking for ${id} gives ${expected}`, () => {
    const asked = request(info === undefined ? {} : { general_info: info });
    if (expected === 'general-not-here' || expected === 'request-invalid') {
      assert.throws(
        () => chooseGeneral(asked, offered),
        (error) => hasCode(error, expected),
      );
    } else {
      assert.equal(chooseGeneral(asked, offered), expected);
    }
  });
}

test('operator / process / the reply has the shape of the source document and what it cost', () => {
  const reply = processReply(RESULT, request({}), { startedAt: context.now, endedAt: context.now + 12 });
  assert.partialDeepStrictEqual(reply, {
    general: 'security-general',
    cluster: 'prod-us',
    event_type: 'pr_created',
    status: 'processed',
    analysis: 'nothing to see',
    recommendations: ['go on'],
    engine: 'offline-rules',
    degraded: 'no model is configured',
    processing_started: '2023-11-14T22:13:20.000Z',
    estimated_completion: '2023-11-14T22:13:20.012Z',
  });
  assert.deepEqual(ProcessReplySchema.parse(reply), reply);
});

test('operator / agent card / names each general with what it is good at', () => {
  const offer = { name: 'security-general', specialisations: ['security', 'compliance'], concurrency: 1, capacity: 10 };
  const card = agentCard(cardOf('gen', { generals: [offer] }), 'http://gen:8080');
  assert.deepEqual(card.skills, [
    {
      id: 'security-general',
      name: 'Security',
      description: 'Security: security, compliance',
      tags: ['security', 'compliance'],
    },
  ]);
  assert.equal(card.url, 'http://gen:8080/process');
  assert.equal(card.peer, peerNamed('gen'));
  assert.deepEqual(AgentCardSchema.parse(card), card);
});
