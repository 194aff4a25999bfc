import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BranchBodySchema,
  BranchTargetSchema,
  PullRequestBodySchema,
  PullRequestTargetSchema,
} from '../../../../../protocols/effect-bodies.ts';
import { decideRevert, type RevertQuestion, revertEffects } from '../../../../../roles/general/deployment/revert.ts';
import type { ForgePullRequest } from '../../../../../roles/ports/forge.ts';

const SHA = 'a'.repeat(40);
const PULL: ForgePullRequest = {
  ...{ repository: 'acme/app', number: 7, title: 'X', body: '', state: 'closed', draft: false, merged: true },
  ...{
    author: 'alice',
    association: 'MEMBER',
    labels: [],
    url: 'https://github.example/acme/app/pull/7',
    mergeSha: SHA,
  },
  ...{ base: { ref: 'main', sha: SHA }, head: { ref: 'feature/x', sha: 'b'.repeat(40) } },
};
const QUESTION: RevertQuestion = {
  deployment: { environment: 'production', state: 'failure', ref: 'main', sha: SHA },
  pulls: [PULL],
  before: 'done',
  environments: ['production'],
};

test('general / revert / only what clearly broke something that was well is taken back', () => {
  const of = (deployment: Partial<RevertQuestion['deployment']>) => ({
    deployment: { ...QUESTION.deployment, ...deployment },
  });
  const cases: { id: string; but: Partial<RevertQuestion>; leave?: RegExp }[] = [
    { id: 'one pull request broke it', but: {} },
    { id: 'an error too', but: of({ state: 'error' }) },
    { id: 'it went well', but: of({ state: 'success' }), leave: /did not fail/ },
    { id: 'it is under way', but: of({ state: 'in_progress' }), leave: /did not fail/ },
    { id: 'an environment nobody named', but: of({ environment: 'preview-7' }), leave: /nothing of preview-7/ },
    { id: 'it was broken before', but: { before: 'failed' }, leave: /broken before/ },
    { id: 'nothing to go back to', but: { before: undefined }, leave: /nobody knows/ },
    { id: 'pushed directly', but: { pulls: [] }, leave: /did not come by a pull request/ },
    {
      id: 'an older one of its pull request',
      but: { pulls: [{ ...PULL, mergeSha: 'c'.repeat(40) }] },
      leave: /did not come/,
    },
    {
      id: 'not merged',
      but: { pulls: [{ ...PULL, merged: false, mergeSha: undefined } as never] },
      leave: /did not come/,
    },
    { id: 'two became one commit', but: { pulls: [PULL, { ...PULL, number: 8 }] }, leave: /several/ },
    {
      id: 'it took something back itself',
      but: { pulls: [{ ...PULL, head: { ...PULL.head, ref: 'revert/5' } }] },
      leave: /itself/,
    },
  ];
  for (const { id, but, leave } of cases) {
    const decision = decideRevert({ ...QUESTION, ...but });
    if (leave === undefined) assert.deepEqual(decision, { revert: PULL, commit: SHA }, id);
    else assert.match('leave' in decision ? decision.leave : '', leave, id);
  }
});

test('general / revert / becomes a branch and a pull request that the adapters take, the same whoever plans it', () => {
  const decision = decideRevert(QUESTION);
  assert.ok('revert' in decision);
  const plan = {
    ...{ decision, parent: 'd'.repeat(40), at: '2026-11-21T10:00:00Z' },
    ...{ deployment: { ...QUESTION.deployment, environment: `pro@duction ${'x'.repeat(400)}` } },
    author: { name: 'mindmesh', email: 'mesh@example.org' },
  };
  const [branch, pull, ...more] = revertEffects(plan);
  assert.deepEqual([branch?.kind, pull?.kind, more.length], ['branch', 'pull-request', 0]);
  assert.deepEqual(BranchTargetSchema.parse(branch?.target), { repository: 'acme/app', branch: 'revert/7' });
  const body = BranchBodySchema.parse(branch?.body);
  assert.ok('revert' in body && body.revert.commit === SHA && body.revert.parent === plan.parent);
  assert.deepEqual(PullRequestTargetSchema.parse(pull?.target), {
    repository: 'acme/app',
    head: 'revert/7',
    base: 'main',
  });
  const { title, text } = PullRequestBodySchema.parse(pull?.body);
  assert.doesNotMatch(title + text, /@duction/);
  assert.deepEqual(revertEffects(plan), [branch, pull]);
});
