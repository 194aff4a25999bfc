import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ACTION_PAYLOAD_BYTES } from '../../../../protocols/agent-records.ts';
import { actionRecord } from '../../../../roles/general/actions.ts';
import { maskSecrets } from '../../../../roles/policy/redact.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';

const event = pullRequestEvent();
const general = { name: 'security-general', specialisations: [], concurrency: 1, capacity: 1 };
const task = { eventId: event.id, slot: 'security-general' as never, isRepeat: false };
const scene = { general, event, task, signal: new AbortController().signal };
const options = { at: 1.5, redact: maskSecrets };

const recorded = (payload: Record<string, unknown>, name = 'tool-1-0') =>
  actionRecord({ type: 'tool', name, payload }, scene, options) ?? assert.fail();

test('general / actions / who did what for whom, without secrets', () => {
  const { agentType, actionType, actor, conversationId, at, payload } = recorded({
    text: 'token ghp_0123456789abcdefghijABCDEFGHIJ012345',
    password: 'short',
  });
  assert.deepEqual(
    [agentType, actionType, actor, conversationId, at],
    ['security-general', 'tool', 'octocat', 'acme/app#7', 2],
  );
  assert.deepEqual(payload, { text: 'token [a GitHub token]', password: '[a field named as a secret]' });
});

test('general / actions / the same act has the same id, another has another', () => {
  assert.equal(recorded({ a: 1 }).actionId, recorded({ a: 2 }).actionId);
  assert.notEqual(recorded({}).actionId, recorded({}, 'tool-1-1').actionId);
});

for (const [what, text] of Object.entries({ text: 'x', 'text of four bytes': '🦀', 'control characters': '\u0001' })) {
  test(`general / actions / a payload of any size fits a record: ${what}`, () => {
    const payload = { long: text.repeat(200_000), list: Array.from({ length: 2_000 }, () => text.repeat(50)) };
    assert.ok(Buffer.byteLength(JSON.stringify(recorded(payload).payload)) <= ACTION_PAYLOAD_BYTES);
  });
}

test('general / actions / nothing is recorded of what was not promised', () => {
  const { task: _, ...direct } = scene;
  assert.equal(actionRecord({ type: 'tool', name: 'x', payload: {} }, direct, options), undefined);
});
