import assert from 'node:assert/strict';
import { test } from 'node:test';
import { subjectOf } from '../../../../roles/aggregator/github-subject.ts';
import type { JsonObject } from '../../../../roles/aggregator/json.ts';

const SOURCE = 'https://github.com/acme/shop';
const home = { id: 1, default_branch: 'main' };
const pull = (number: number, repository: number) => ({ number, base: { repo: { id: repository } } });
const check = (fields: JsonObject) => ({ repository: home, check_run: fields });

const CASES: { id: string; event: string; payload: JsonObject; subject: string }[] = [
  { id: 'a pull request', event: 'pull_request', payload: { pull_request: { number: 7 } }, subject: 'acme/shop#7' },
  { id: 'an issue', event: 'issues', payload: { issue: { number: 8 } }, subject: 'acme/shop#8' },
  { id: 'a discussion', event: 'discussion', payload: { discussion: { number: 9 } }, subject: 'acme/shop#9' },
  {
    id: 'a comment on a pull request meets the pull request',
    event: 'issue_comment',
    payload: { issue: { number: 7, pull_request: {} }, comment: {} },
    subject: 'acme/shop#7',
  },
  {
    id: 'a check run meets its pull request',
    event: 'check_run',
    payload: check({ pull_requests: [pull(7, 1)], check_suite: { head_branch: 'feature' } }),
    subject: 'acme/shop#7',
  },
  {
    id: 'a check run whose suite alone names the pull request',
    event: 'check_run',
    payload: check({ pull_requests: [], check_suite: { head_branch: 'feature', pull_requests: [pull(7, 1)] } }),
    subject: 'acme/shop#7',
  },
  {
    id: 'a check of a commit that a fork proposes to itself stays with the branch',
    event: 'check_run',
    payload: check({ pull_requests: [pull(3, 99)], check_suite: { head_branch: 'main' } }),
    subject: 'acme/shop@refs/heads/main',
  },
  {
    id: 'a workflow run meets its pull request',
    event: 'workflow_run',
    payload: { repository: home, workflow_run: { head_branch: 'feature', pull_requests: [pull(7, 1)] } },
    subject: 'acme/shop#7',
  },
  { id: 'a push', event: 'push', payload: { ref: 'refs/heads/main' }, subject: 'acme/shop@refs/heads/main' },
  { id: 'a push of a tag', event: 'push', payload: { ref: 'refs/tags/v1' }, subject: 'acme/shop@refs/tags/v1' },
  {
    id: 'a workflow run on the branch meets the push',
    event: 'workflow_run',
    payload: { workflow_run: { head_branch: 'main' } },
    subject: 'acme/shop@refs/heads/main',
  },
  {
    id: 'a suite on no branch is known by its commit',
    event: 'check_suite',
    payload: { check_suite: { head_branch: null, head_sha: 'a1' } },
    subject: 'acme/shop@a1',
  },
  {
    id: 'a status on several branches belongs to the default one',
    event: 'status',
    payload: { repository: home, sha: 'a1', branches: [{ name: 'feature' }, { name: 'main' }] },
    subject: 'acme/shop@refs/heads/main',
  },
  {
    id: 'a status on no branch is known by its commit',
    event: 'status',
    payload: { repository: home, sha: 'a1', branches: [] },
    subject: 'acme/shop@a1',
  },
  {
    id: 'a deployment of a branch',
    event: 'deployment_status',
    payload: { deployment: { ref: 'main' }, deployment_status: {} },
    subject: 'acme/shop@refs/heads/main',
  },
  {
    id: 'a deployment of a commit',
    event: 'deployment',
    payload: { deployment: { ref: 'a'.repeat(40) } },
    subject: `acme/shop@${'a'.repeat(40)}`,
  },
  {
    id: 'a release meets its tag',
    event: 'release',
    payload: { release: { tag_name: 'v1' } },
    subject: 'acme/shop@refs/tags/v1',
  },
  {
    id: 'a new tag',
    event: 'create',
    payload: { ref: 'v1', ref_type: 'tag' },
    subject: 'acme/shop@refs/tags/v1',
  },
  {
    id: 'a merge group',
    event: 'merge_group',
    payload: { merge_group: { head_ref: 'refs/heads/gh-readonly-queue/main/pr-1-a' } },
    subject: 'acme/shop@refs/heads/gh-readonly-queue/main/pr-1-a',
  },
  {
    id: 'a comment on a commit',
    event: 'commit_comment',
    payload: { comment: { commit_id: 'a1' } },
    subject: 'acme/shop@a1',
  },
  {
    id: 'an alert by its kind and number, which is no issue’s number',
    event: 'dependabot_alert',
    payload: { alert: { number: 7 } },
    subject: 'acme/shop/dependabot/7',
  },
  {
    id: 'a scanning alert with a ref is the alert, not the ref',
    event: 'code_scanning_alert',
    payload: { alert: { number: 7 }, ref: 'refs/heads/main' },
    subject: 'acme/shop/code-scanning/7',
  },
  {
    id: 'a new sub-issue is about its parent',
    event: 'sub_issues',
    payload: { action: 'sub_issue_added', parent_issue: { number: 1 }, sub_issue: { number: 2 } },
    subject: 'acme/shop#1',
  },
  {
    id: 'a new parent is about the sub-issue',
    event: 'sub_issues',
    payload: { action: 'parent_issue_added', parent_issue: { number: 1 }, sub_issue: { number: 2 } },
    subject: 'acme/shop#2',
  },
  { id: 'a label of the repository', event: 'label', payload: { label: {} }, subject: SOURCE },
];

for (const { id, event, payload, subject } of CASES) {
  test(`aggregator / subject / ${id}: ${subject}`, () => {
    assert.equal(subjectOf(event, payload, 'acme/shop', SOURCE), subject);
  });
}

test('aggregator / subject / an advisory of no repository is known by its id', () => {
  const payload = { security_advisory: { ghsa_id: 'GHSA-1' } };
  assert.equal(subjectOf('security_advisory', payload, '', 'https://github.com'), 'advisory/GHSA-1');
});
