import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as z from 'zod';
import { loadTemplates } from '../../../../daemon/templates.ts';
import { GENERALS } from '../../../../protocols/generals.ts';
import type { Answer } from '../../../../protocols/result.ts';
import { EvalEventSchema, EvalSetSchema, eventOf } from '../../../../roles/general/eval/cases.ts';
import { evaluate } from '../../../../roles/general/eval/evaluate.ts';
import { judge } from '../../../../roles/general/eval/judge.ts';
import { NO_MODEL, offlineRules } from '../../../../roles/general/offline-rules.ts';

const FOLDER = join(import.meta.dirname, '../../../../templates/generals');
const { manifests } = loadTemplates();
const EVENTS = z.record(z.string(), EvalEventSchema).parse(readJson('_shared/events.json'));

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8'));
}

function manifestNamed(name: string) {
  return manifests.get(`generals/${name}`) ?? assert.fail(`${name} has no manifest`);
}

for (const { name, specialisations } of GENERALS) {
  test(`general / evaluation / the rules of ${name} reach the mark that its set names`, async () => {
    const set = EvalSetSchema.parse(readJson(`${name}/eval.json`));
    const general = { name, specialisations: [...specialisations], concurrency: 1, capacity: 1 };
    const outcome = await evaluate(
      { manifest: manifestNamed(name), set },
      { events: EVENTS, answer: async (event) => offlineRules({ general, event }, NO_MODEL) },
    );
    assert.ok(set.cases.length >= 10);
    assert.equal(new Set(set.cases.map(({ id }) => id)).size, set.cases.length, 'each case once');
    const failed = outcome.cases
      .filter(({ passed }) => !passed)
      .map(({ id, problems }) => `${id}: ${problems.join('; ')}`);
    assert.ok(outcome.ok, `${outcome.passed} of ${outcome.cases.length}\n${failed.join('\n')}`);
  });

  test(`general / evaluation / a general that always says the same does not reach the mark of ${name}`, async () => {
    const set = EvalSetSchema.parse(readJson(`${name}/eval.json`));
    const usage = { promptTokens: 0, completionTokens: 0, costUsd: 0 };
    for (const answer of [NOTHING, ALARM]) {
      const say = async () => ({ answer, engine: 'offline-rules' as const, usage });
      const outcome = await evaluate({ manifest: manifestNamed(name), set }, { events: EVENTS, answer: say });
      assert.ok(!outcome.ok, `${outcome.passed} of ${outcome.cases.length}`);
    }
  });
}

const NOTHING: Answer = { summary: 'Nothing.', findings: [], recommendations: [], confidence: 1 };
const ALARM: Answer = {
  ...NOTHING,
  findings: [{ severity: 'critical', title: 'Something is wrong', detail: 'Everywhere.' }],
  labels: ['bug', 'priority: critical'],
};

const EXPECTATIONS: readonly (readonly [
  id: string,
  answer: Partial<Answer>,
  expect: Parameters<typeof judge>[1],
  problems: number,
])[] = [
  ['what is mentioned, in any case', { summary: 'The TOKEN is out' }, { mentions: ['token'] }, 0],
  ['one of several words', { summary: 'rotate it' }, { mentions: ['revoke|rotate'] }, 0],
  ['what is not mentioned', {}, { mentions: ['token', 'revoke'] }, 2],
  ['what must not be said', { recommendations: ['ghp_x'] }, { never: ['ghp_'] }, 1],
  ['a severity that is high enough', ALARM, { severityAtLeast: 'high' }, 0],
  ['a severity that is too low', {}, { severityAtLeast: 'info' }, 1],
  ['a severity that is too high', ALARM, { severityAtMost: 'high' }, 1],
  ['no findings are below every severity', {}, { severityAtMost: 'info' }, 0],
  ['a label of several', { labels: ['bug'] }, { labelOneOf: ['question', 'bug'] }, 0],
  ['a label that the manifest does not have', { labels: ['admin'] }, { labelOneOf: ['admin'] }, 1],
  ['who has to be silent and speaks', ALARM, { silent: true }, 1],
  ['who has to speak and is silent', {}, { silent: false }, 1],
];

for (const [id, answer, expect, problems] of EXPECTATIONS) {
  test(`general / evaluation / judged: ${id}`, () => {
    const found = judge({ ...NOTHING, ...answer }, expect, { output: 'comment', labels: ['bug', 'question'] });
    assert.equal(found.length, problems, found.join('; '));
  });
}

test('general / evaluation / every shared event is whole, and of use to somebody', () => {
  const used = new Set(
    GENERALS.flatMap(({ name }) => EvalSetSchema.parse(readJson(`${name}/eval.json`)).cases.map(({ event }) => event)),
  );
  for (const [name, facts] of Object.entries(EVENTS)) {
    assert.equal(eventOf(facts, 0).kind, facts.kind);
    assert.ok(used.has(name) || SPARE.has(name), `nobody is asked about ${name}`);
  }
});

const SPARE = new Set(['merged-change', 'closed-unmerged', 'alert-over']);
