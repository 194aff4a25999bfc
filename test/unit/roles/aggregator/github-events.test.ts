import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { KINDS, type Kind } from '../../../../protocols/event.ts';
import { GITHUB_EVENTS, kindOfEvent, ruleOfEvent } from '../../../../roles/aggregator/github-events.ts';
import type { JsonObject } from '../../../../roles/aggregator/json.ts';
import { exampleWebhooks } from '../../../support/github.ts';

const main = { default_branch: 'main' };
const suite = (conclusion: string, head_branch: string) => ({
  repository: main,
  check_suite: { conclusion, head_branch },
});
const run = (conclusion: string, head_branch: string) => ({
  repository: main,
  workflow_run: { conclusion, head_branch },
});
const status = (state: string, name: string, tip = 'a1') => ({
  repository: main,
  state,
  sha: 'a1',
  branches: [
    { name: 'other', commit: { sha: 'b2' } },
    { name, commit: { sha: tip } },
  ],
});
const deployed = (state: string, transient_environment: boolean) => ({
  deployment: { transient_environment },
  deployment_status: { state },
});
const alert = (fields: JsonObject) => ({ alert: fields });

type Case = readonly [name: string, payload: JsonObject, kind: Kind | 'not-ours'];

/** The choices that are ours: what the source documents name, what needs attention, and what is left out. */
const CASES: readonly Case[] = [
  ['pull_request.opened', {}, 'pr_created'],
  ['pull_request.reopened', {}, 'pr_updated'],
  ['pull_request.synchronize', {}, 'pr_updated'],
  ['pull_request.labeled', {}, 'pr_labeled'],
  ['pull_request.unlabeled', {}, 'pr_updated'],
  ['pull_request.closed', { pull_request: { merged: true } }, 'pr_merged'],
  ['pull_request.closed', { pull_request: { merged: false } }, 'pr_closed'],
  ['pull_request.review_requested', {}, 'review_started'],
  ['pull_request.ready_for_review', {}, 'review_started'],
  ['pull_request.invented_tomorrow', {}, 'pr_updated'],
  ['pull_request_review.submitted', {}, 'review_submitted'],
  ['pull_request_review.dismissed', {}, 'pr_updated'],
  ['pull_request_review_comment.created', {}, 'review_commented'],
  ['push', {}, 'commit_graph'],
  ['issues.opened', {}, 'issue_opened'],
  ['issues.labeled', {}, 'issue_labeled'],
  ['issues.unlabeled', {}, 'issue_updated'],
  ['issues.closed', {}, 'issue_closed'],
  ['issue_comment.created', { issue: {} }, 'issue_commented'],
  ['issue_comment.created', { issue: { pull_request: {} } }, 'pr_commented'],
  ['issue_comment.deleted', { issue: {} }, 'issue_updated'],
  ['issue_comment.edited', { issue: { pull_request: {} } }, 'pr_updated'],
  ['check_run.completed', { check_run: { conclusion: 'failure' } }, 'check_completed'],
  ['check_run.rerequested', {}, 'checks_requested'],
  ['check_suite.completed', suite('success', 'main'), 'check_completed'],
  ['check_suite.completed', suite('failure', 'main'), 'needs_attention'],
  ['check_suite.completed', suite('timed_out', 'main'), 'needs_attention'],
  ['check_suite.completed', suite('cancelled', 'main'), 'check_completed'],
  ['check_suite.completed', suite('failure', 'feature'), 'check_completed'],
  ['check_suite.completed', { check_suite: { conclusion: 'failure' } }, 'check_completed'],
  ['workflow_run.completed', run('failure', 'main'), 'needs_attention'],
  ['workflow_run.completed', run('failure', 'feature'), 'workflow_completed'],
  ['workflow_run.requested', {}, 'workflow_progressed'],
  ['workflow_job.completed', {}, 'workflow_progressed'],
  ['status', status('success', 'main'), 'status_changed'],
  ['status', status('failure', 'main'), 'needs_attention'],
  ['status', status('error', 'main'), 'needs_attention'],
  ['status', status('failure', 'feature'), 'status_changed'],
  ['status', status('failure', 'main', 'newer'), 'status_changed'],
  ['deployment_status.created', deployed('success', false), 'deployment_status'],
  ['deployment_status.created', deployed('failure', false), 'needs_attention'],
  ['deployment_status.created', deployed('failure', true), 'deployment_status'],
  ['dependabot_alert.created', alert({ security_advisory: { severity: 'critical' } }), 'needs_attention'],
  ['dependabot_alert.created', alert({ security_advisory: { severity: 'medium' } }), 'security_alert'],
  ['dependabot_alert.fixed', alert({ security_advisory: { severity: 'critical' } }), 'security_alert'],
  ['code_scanning_alert.created', alert({ rule: { security_severity_level: 'high' } }), 'needs_attention'],
  ['code_scanning_alert.created', alert({ rule: { severity: 'warning' } }), 'security_alert'],
  [
    'code_scanning_alert.created',
    alert({ rule: { severity: 'error', security_severity_level: 'low' } }),
    'security_alert',
  ],
  ['secret_scanning_alert.created', {}, 'needs_attention'],
  ['secret_scanning_alert.resolved', {}, 'security_alert'],
  ['release.published', {}, 'release_published'],
  ['release.released', {}, 'release_changed'],
  ['repository.publicized', {}, 'access_changed'],
  ['team.added_to_repository', {}, 'access_changed'],
  ['team.created', {}, 'not-ours'],
  ['star.created', {}, 'not-ours'],
  ['installation.created', {}, 'not-ours'],
  ['an_event_of_tomorrow.created', {}, 'other'],
  ['constructor', {}, 'other'],
  ['issues.constructor', {}, 'issue_updated'],
];

for (const [index, [name, payload, kind]] of CASES.entries()) {
  test(`aggregator / event table / case ${index}: ${name} is ${kind}`, () => {
    const [event = '', action = ''] = name.split('.');
    assert.equal(kindOfEvent(ruleOfEvent(event), action, payload), kind);
  });
}

test('aggregator / event table / every event of @octokit/webhooks-examples but ping is listed', () => {
  const missing = exampleWebhooks().filter(({ event }) => !Object.hasOwn(GITHUB_EVENTS, event) && event !== 'ping');
  assert.deepEqual(missing, []);
});

test('aggregator / event table / every event of the OpenAPI types but ping is listed', () => {
  const known = [...knownWebhooks().keys()];
  assert.ok(known.length >= 70, `only ${known.length} events found in the types`);
  assert.deepEqual(
    known.filter((event) => !Object.hasOwn(GITHUB_EVENTS, event) && event !== 'ping'),
    [],
  );
});

test('aggregator / event table / no action is misspelt: each is in the OpenAPI types', () => {
  const webhooks = knownWebhooks();
  const unknown = Object.entries(GITHUB_EVENTS).flatMap(([event, { actions = {} }]) =>
    Object.keys(actions)
      .filter((action) => webhooks.get(event)?.has(action) !== true)
      .map((action) => `${event}.${action}`),
  );
  assert.deepEqual(unknown, []);
});

test('aggregator / event table / every kind but those of the source document is given by it, and they too', () => {
  const given = new Set(CASES.map(([, , kind]) => kind));
  for (const { event, payload } of exampleWebhooks()) {
    const { action } = Object(payload);
    given.add(kindOfEvent(ruleOfEvent(event), typeof action === 'string' ? action : '', Object(payload)));
  }
  assert.deepEqual(
    KINDS.filter((kind) => !given.has(kind)),
    [],
  );
});

/** Event → actions, as the OpenAPI types name them: `operations` has one `<event>/<action>` for each, with dashes. */
function knownWebhooks(): Map<string, Set<string>> {
  const manifest = createRequire(import.meta.url).resolve('@octokit/openapi-webhooks-types/package.json');
  const types = readFileSync(join(dirname(manifest), 'types.d.ts'), 'utf8');
  const operations = types.slice(types.indexOf('export interface operations'));
  const webhooks = new Map<string, Set<string>>();
  for (const [, event = '', action = ''] of operations.matchAll(/^ {2}"?([a-z0-9-]+)(?:\/([a-z0-9-]+))?"?: \{$/gm)) {
    const name = event.replaceAll('-', '_');
    webhooks.set(name, (webhooks.get(name) ?? new Set()).add(action.replaceAll('-', '_')));
  }
  return webhooks;
}
