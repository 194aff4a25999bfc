import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshEvent } from '../../../../protocols/event.ts';
import { type Match, matchesEvent } from '../../../../roles/orchestrator/rule.ts';
import { eventOf, issue, pullRequest } from './samples.ts';

const push = {
  ref: 'refs/heads/release/1.2',
  before: 'a',
  after: 'b',
  forced: false,
  created: false,
  deleted: false,
  commitCount: 0,
  commits: [],
  url: '',
};

const CASES: readonly { id: string; match: Match; event?: Partial<MeshEvent>; matches: boolean }[] = [
  { id: 'nothing asked fits everything', match: {}, matches: true },
  { id: 'its kind', match: { kind: 'pr_created' }, matches: true },
  { id: 'one of several kinds', match: { kind: ['pr_merged', 'pr_created'] }, matches: true },
  { id: 'another kind', match: { kind: 'pr_merged' }, matches: false },
  { id: 'its type by pattern', match: { type: 'com.github.pull_request.*' }, matches: true },
  { id: 'another type of the kind', match: { kind: 'pr_created', type: 'com.github.issues.*' }, matches: false },
  { id: 'a repository by pattern', match: { repository: 'acme/*' }, matches: true },
  { id: 'a repository in other letters', match: { repository: 'Acme/APP' }, matches: true },
  { id: 'another owner', match: { repository: 'other/*' }, matches: false },
  { id: 'an event of no repository', match: { repository: '*/*' }, event: { repository: '' }, matches: false },
  {
    id: 'a label of the pull request',
    match: { label: 'bug' },
    event: { data: { pullRequest: pullRequest({ labels: ['x', 'Bug'] }) } },
    matches: true,
  },
  {
    id: 'a label of the issue, by pattern',
    match: { label: 'area/*' },
    event: { data: { issue: issue(['area/mesh']) } },
    matches: true,
  },
  {
    id: 'the label that was added',
    match: { label: 'ready-for-dev' },
    event: { data: { issue: issue(['ready-for-dev']), label: 'ready-for-dev' } },
    matches: true,
  },
  {
    id: 'not a label that was there when another was added',
    match: { label: 'ready-for-dev' },
    event: { data: { issue: issue(['ready-for-dev', 'bug']), label: 'bug' } },
    matches: false,
  },
  { id: 'no label at all', match: { label: '**' }, matches: false },
  {
    id: 'the base of the pull request',
    match: { branch: 'main' },
    event: { data: { pullRequest: pullRequest() } },
    matches: true,
  },
  {
    id: 'not its head',
    match: { branch: 'topic' },
    event: { data: { pullRequest: pullRequest() } },
    matches: false,
  },
  { id: 'the branch of a push', match: { branch: 'release/**' }, event: { data: { push } }, matches: true },
  { id: 'an event of no branch', match: { branch: '**' }, matches: false },
  { id: 'trust', match: { trust: ['owner', 'member'] }, matches: true },
  { id: 'too little trust', match: { trust: 'owner' }, matches: false },
  { id: 'a severity', match: { severity: 'high' }, event: { severity: 'high' }, matches: true },
  { id: 'no severity', match: { severity: 'high' }, matches: false },
  { id: 'all that is asked', match: { kind: 'pr_created', repository: 'acme/app', trust: 'member' }, matches: true },
  { id: 'all but one', match: { kind: 'pr_created', repository: 'acme/other', trust: 'member' }, matches: false },
];

for (const { id, match, event, matches } of CASES) {
  test(`orchestrator / rule / ${id} ${matches ? 'fits' : 'does not fit'}`, () => {
    assert.equal(matchesEvent(match, eventOf(event), 'member'), matches);
  });
}
