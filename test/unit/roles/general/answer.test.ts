import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode, MeshError } from '../../../../protocols/errors.ts';
import { fitAnswer } from '../../../../roles/general/fit-answer.ts';
import type { Model } from '../../../../roles/ports/model.ts';
import type { Templates } from '../../../../roles/ports/templates.ts';
import { pullRequestEvent } from '../../../fakes/events.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';
import { oneAnswer } from '../../../fakes/one-answer.ts';
import { ANSWER, ScriptedModel, type Turn } from '../../../fakes/scripted-model.ts';

const templates: Templates = { render: (name) => `rendered ${name}` };
const general = { name: 'security-general', specialisations: ['security'], concurrency: 1, capacity: 1 };
const event = pullRequestEvent();

function engineWith(model: Model | undefined, over: { templates?: Templates } = {}) {
  const runtime = manualRuntime();
  const leaving = new AbortController();
  const scene = { general, event, signal: leaving.signal };
  return { runtime, leaving, analyse: () => oneAnswer(scene, { model, templates, runtime, ...over }, 1_000) };
}

test('general / answer / without a model the rules answer and say so', async () => {
  const analysis = await engineWith(undefined).analyse();
  assert.equal(analysis.engine, 'offline-rules');
  assert.equal(analysis.degraded, 'no model is configured');
  assert.equal(analysis.model, undefined);
});

test('general / answer / a model gets the prompts of the general, and its answer is the result', async () => {
  const model = new ScriptedModel(ANSWER);
  const analysis = await engineWith(model).analyse();
  assert.deepEqual(analysis, {
    answer: ANSWER,
    engine: 'model',
    model: 'scripted',
    usage: { promptTokens: 10, completionTokens: 5, costUsd: 0 },
  });
  assert.deepEqual(model.requests[0]?.messages, [
    { role: 'system', text: 'rendered generals/security-general/system' },
    { role: 'user', text: 'rendered generals/security-general/user' },
  ]);
  const repository = event.repository;
  const spender = { eventId: event.id, slot: 'security-general', general: 'security-general', repository };
  assert.deepEqual(model.requests[0]?.spender, spender);
});

const FAILURES = [
  new MeshError('model-unavailable', { model: 'm', problem: 'it answered 429' }),
  new MeshError('model-nonsense', { model: 'm', problem: 'the answer is not JSON' }),
  new MeshError('budget-exceeded', { whose: 'security-general', limit: '$1', left: '$0.1', wanted: '$0.2' }),
];
for (const failure of FAILURES) {
  test(`general / answer / ${failure.code} is answered by the rules, and the result says why`, async () => {
    const { analyse, runtime } = engineWith(new ScriptedModel(failure));
    const analysis = await analyse();
    assert.equal(analysis.engine, 'offline-rules');
    assert.equal(analysis.degraded, failure.message);
    assert.deepEqual(
      runtime.lines.map(({ level, phrase }) => [level, phrase]),
      [['warn', 'model failed']],
    );
  });
}

for (const turn of ['hang', 'hang deaf'] satisfies Turn[]) {
  test(`general / answer / a model that does ${turn} is given up after the deadline`, async () => {
    const { analyse, runtime } = engineWith(new ScriptedModel(turn));
    const analysis = analyse();
    await runtime.advance(1_000);
    assert.equal((await analysis).engine, 'offline-rules');
    assert.match((await analysis).degraded ?? '', /no answer within 1000 ms/);
  });

  test(`general / answer / a model that does ${turn} does not keep a node that leaves`, async () => {
    const { analyse, leaving } = engineWith(new ScriptedModel(turn));
    const analysis = analyse();
    await settled();
    leaving.abort();
    await assert.rejects(analysis, (error) => hasCode(error, 'overloaded'));
  });
}

test('general / answer / a broken template is no reason for the rules to answer', async () => {
  const broken: Templates = {
    render: (template) => {
      throw new MeshError('template-failed', { template, problem: 'the test said so' });
    },
  };
  await assert.rejects(engineWith(new ScriptedModel(ANSWER), { templates: broken }).analyse(), (error) =>
    hasCode(error, 'template-failed'),
  );
});

const HUGE = { 'plain text': 'x', 'control characters': '\u0000', 'text of four bytes': '🦀' };
for (const [what, character] of Object.entries(HUGE)) {
  test(`general / answer / an answer of any size fits into a record: ${what}`, () => {
    const text = character.repeat(100_000);
    const finding = { severity: 'low', title: text, detail: text, where: text } as const;
    const fitted = fitAnswer({
      summary: text,
      findings: Array.from({ length: 500 }, () => finding),
      recommendations: Array.from({ length: 500 }, () => text),
      confidence: 1,
    });
    assert.ok(Buffer.byteLength(JSON.stringify(fitted)) <= 128 * 1024);
    assert.ok(fitted.summary.length > 100 && fitted.findings.length > 0);
  });
}

test('general / answer / an answer of usual size is left as it is', () => {
  assert.deepEqual(fitAnswer(ANSWER), ANSWER);
});
