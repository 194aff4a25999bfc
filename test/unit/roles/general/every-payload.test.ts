import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadTemplates } from '../../../../daemon/templates.ts';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { GENERALS } from '../../../../protocols/generals.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { AnswerSchema } from '../../../../protocols/result.ts';
import { NORMALIZERS } from '../../../../roles/aggregator/normalize.ts';
import { fitAnswer } from '../../../../roles/general/fit-answer.ts';
import { NO_MODEL, offlineRules } from '../../../../roles/general/offline-rules.ts';
import { renderPrompts } from '../../../../roles/general/prompt.ts';
import { cardOf } from '../../../fakes/cards.ts';
import { exampleWebhooks } from '../../../support/github.ts';

const OFFERED = GENERALS.map(({ name, specialisations }) => ({
  name,
  specialisations: [...specialisations],
  concurrency: 1,
  capacity: 1,
}));

/** Every example that is an event of ours. */
function events(): MeshEvent[] {
  const context = { org: 'acme', receivedAt: 1_700_000_000_000 };
  return exampleWebhooks().flatMap(({ event, payload }, number) => {
    assert.ok(isObject(payload));
    const normalized = NORMALIZERS.github(event, eventIdOf('github', `example-${number}`), payload, context);
    return normalized.status === 'event' ? [normalized.event] : [];
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

test('general / every payload / the rules of every general have an answer to every real event, no two alike', () => {
  const all = events();
  assert.ok(all.length > 250);
  for (const event of all) {
    const answers = OFFERED.map((general) => offlineRules({ general, event }, NO_MODEL).answer);
    for (const answer of answers) {
      assert.deepEqual(AnswerSchema.parse(answer), answer);
      assert.deepEqual(fitAnswer(answer), answer, 'it fits as it is');
      assert.doesNotMatch(JSON.stringify(answer), /undefined|NaN|\[object|“”/, `${event.type}`);
    }
    assert.equal(new Set(answers.map((answer) => JSON.stringify(answer))).size, OFFERED.length, event.type);
  }
});

test('general / every payload / every real event makes a prompt with its facts', () => {
  const templates = loadTemplates();
  for (const [number, event] of events().entries()) {
    const general = OFFERED[number % OFFERED.length] ?? assert.fail();
    const { user } = renderPrompts(general, event, { self: cardOf('node'), templates });
    for (const fact of [event.kind, event.type, event.repository, event.actor]) assert.ok(user.includes(fact), fact);
    assert.match(user, /Your task\n\S/, `${event.type} has a task`);
  }
});
