import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { GENERALS } from '../../../../protocols/generals.ts';
import { eventIdOf } from '../../../../protocols/ids.ts';
import { AnswerSchema } from '../../../../protocols/result.ts';
import { NORMALIZERS } from '../../../../roles/aggregator/normalize.ts';
import { NO_MODEL, offlineRules } from '../../../../roles/general/offline-rules.ts';
import {
  issueEvent,
  meshEvent,
  pullRequestEvent,
  pushEvent,
  riskyPullRequestEvent,
  riskyPushEvent,
} from '../../../fakes/events.ts';
import { assertGolden } from '../../../support/golden.ts';

const EVENTS: Readonly<Record<string, MeshEvent>> = {
  'a quiet pull request': pullRequestEvent(),
  'a risky pull request': riskyPullRequestEvent(),
  'a quiet push': pushEvent(),
  'a risky push': riskyPushEvent(),
  'an issue': issueEvent(),
  'an event without any shape': meshEvent({ kind: 'other', type: 'com.github.watch.started', data: {} }),
  'the sample of npm start': sampleEvent(),
};

function sampleEvent(): MeshEvent {
  const file = join(import.meta.dirname, '../../../../templates/samples/pull-request-opened.json');
  const payload = JSON.parse(readFileSync(file, 'utf8'));
  const context = { org: 'acme', receivedAt: 1_700_000_000_000 };
  const normalized = NORMALIZERS.github('pull_request', eventIdOf('github', 'sample'), payload, context);
  assert.equal(normalized.status, 'event');
  return normalized.status === 'event' ? normalized.event : pullRequestEvent();
}

for (const general of GENERALS) {
  const offered = { ...general, specialisations: [...general.specialisations], concurrency: 1, capacity: 1 };
  test(`general / offline-rules / ${general.name} answers as it did`, () => {
    const answerTo = (event: MeshEvent) => offlineRules({ general: offered, event }, NO_MODEL).answer;
    assertGolden(`offline-rules/${general.name}`, {
      pullRequest: answerTo(riskyPullRequestEvent()),
      push: answerTo(riskyPushEvent()),
    });
  });

  for (const [name, event] of Object.entries(EVENTS)) {
    test(`general / offline-rules / ${general.name} never pretends to be a model, on ${name}`, () => {
      const { answer, ...analysis } = offlineRules({ general: offered, event }, NO_MODEL);
      assert.deepEqual(analysis, {
        engine: 'offline-rules',
        degraded: 'no model is configured',
        usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
      });
      assert.deepEqual(AnswerSchema.parse(answer), answer);
      assert.match(answer.summary, /^No model was used/);
      assert.ok(answer.confidence <= 0.5, 'rules are never sure');
      assert.ok(answer.recommendations.some((text) => text.startsWith('Rules cannot see')));
    });
  }
}

for (const [name, event] of Object.entries(EVENTS)) {
  test(`general / offline-rules / on ${name} no two generals answer alike`, () => {
    const answers = GENERALS.map(({ name: general, specialisations }) => {
      const offered = { name: general, specialisations: [...specialisations], concurrency: 1, capacity: 1 };
      return JSON.stringify(offlineRules({ general: offered, event }, NO_MODEL).answer);
    });
    assert.equal(new Set(answers).size, GENERALS.length);
  });
}

test('general / offline-rules / a secret in a text is reported and never repeated', () => {
  for (const { name, specialisations } of GENERALS) {
    const offered = { name, specialisations: [...specialisations], concurrency: 1, capacity: 1 };
    const event = pullRequestEvent({
      title: 'Use ghp_0123456789abcdefghijklmnopqrstuvwxyz for the deploy',
      body: 'postgres://app:s3cr3tpw@db/app and password: hunter2hunter2',
    });
    const said = JSON.stringify(offlineRules({ general: offered, event }, NO_MODEL).answer);
    for (const secret of ['ghp_', 's3cr3tpw', 'hunter2'])
      assert.ok(!said.includes(secret), `${name} repeats ${secret}`);
  }
});

test('general / offline-rules / a general of an operator of its own looks at everything', () => {
  const general = { name: 'billing-general', specialisations: ['billing'], concurrency: 1, capacity: 1 };
  const { answer } = offlineRules({ general, event: riskyPushEvent() }, NO_MODEL);
  assert.ok(answer.findings.length >= 8);
});
