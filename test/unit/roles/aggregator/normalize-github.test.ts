import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIST_LIMITS, type MeshEvent, MeshEventSchema, TEXT_LIMITS } from '../../../../protocols/event.ts';
import { readWebhook, titleOf } from '../../../support/deliveries.ts';
import { exampleWebhooks, type Webhook } from '../../../support/github.ts';
import { assertGolden } from '../../../support/golden.ts';

/** Each stands for a family of payloads; its whole event is kept. */
const GOLDENS = [
  'pull_request.opened',
  'pull_request.closed',
  'pull_request_review.submitted',
  'pull_request_review_comment.created',
  'issues.labeled',
  'issue_comment.created',
  'push',
  'check_run.completed',
  'status',
  'workflow_run.completed',
  'deployment_status.created',
  'release.published',
  'dependabot_alert.created',
  'discussion.created',
  'member.added',
];

const webhooks = exampleWebhooks();

test('aggregator / normalise / every example of GitHub is answered as the golden table says', () => {
  assert.equal(webhooks.length, 329);
  assertGolden('normalize/every-example', webhooks.map(lineOf));
});

test('aggregator / normalise / every event made of an example fits the schema and keeps nothing else', () => {
  for (const [index, webhook] of webhooks.entries()) {
    const delivery = readWebhook(webhook, `example-${index}`);
    if (delivery.status !== 'event') continue;
    assert.deepEqual(MeshEventSchema.parse(delivery.event), delivery.event, titleOf(webhook));
  }
});

for (const title of GOLDENS) {
  test(`aggregator / normalise / ${title} becomes its golden event`, () => {
    assertGolden(`normalize/${title}`, eventOf(find(title)));
  });
}

test('aggregator / normalise / text, lists and the record are cut to their limits and each cut is named', () => {
  const { pull_request: pull, ...rest } = Object(find('pull_request.opened').payload);
  const labels = Array.from({ length: LIST_LIMITS.labels + 1 }, (_, i) => ({ name: `l${i}` }));
  const long = { ...pull, title: 't'.repeat(2_000), body: 'b'.repeat(70_000), labels };
  const { data } = eventOf({ event: 'pull_request', payload: { ...rest, pull_request: long } });
  assert.equal(data.pullRequest?.title.length, TEXT_LIMITS.title);
  assert.equal(data.pullRequest?.body.length, TEXT_LIMITS.body);
  assert.equal(data.pullRequest?.labels.length, LIST_LIMITS.labels);
  assert.deepEqual(data.truncated, ['pullRequest.title', 'pullRequest.labels', 'pullRequest.body']);
});

interface EnvelopeCase {
  readonly id: string;
  readonly event: string;
  readonly payload: object;
  readonly has: Partial<MeshEvent>;
}

const issue = { number: 7, body: 'x', author_association: 'NONE', updated_at: '2026-01-01T10:00:00+02:00' };
const ARRIVAL = '2026-01-02T03:04:05.000Z';

const ENVELOPES: readonly EnvelopeCase[] = [
  { id: 'time is UTC', event: 'issues', payload: { issue }, has: { time: '2026-01-01T08:00:00.000Z' } },
  { id: 'no time is the arrival', event: 'issues', payload: { issue: { number: 7 } }, has: { time: ARRIVAL } },
  {
    id: 'what only looks like a time is the arrival',
    event: 'issues',
    payload: { issue: { ...issue, updated_at: '2026-99-99T99:99:99Z' } },
    has: { time: ARRIVAL },
  },
  {
    id: 'a deletion happened when it arrived',
    event: 'issues',
    payload: { action: 'deleted', issue },
    has: { time: ARRIVAL },
  },
  {
    id: 'a push says its time in seconds',
    event: 'push',
    payload: { ref: 'refs/heads/main', pusher: {}, repository: { pushed_at: 1_767_323_000 } },
    has: { time: '2026-01-02T03:03:20.000Z' },
  },
  {
    id: 'an App is a bot',
    event: 'issues',
    payload: { issue, sender: { login: 'renovate[bot]', type: 'Bot' } },
    has: { actor: 'renovate[bot]', actortype: 'bot' },
  },
  {
    id: 'a bot by its name alone is a bot',
    event: 'issues',
    payload: { issue, sender: { login: 'renovate[bot]', type: 'User' } },
    has: { actortype: 'bot' },
  },
  { id: 'nobody is unknown', event: 'issues', payload: { issue }, has: { actor: '', actortype: 'unknown' } },
  {
    id: 'the association of a comment is that of who wrote it',
    event: 'issue_comment',
    payload: { action: 'created', issue, comment: { author_association: 'MEMBER' } },
    has: { authorassociation: 'MEMBER' },
  },
  {
    id: 'the association of a label is that of who wrote the issue',
    event: 'issues',
    payload: { action: 'labeled', issue, sender: { login: 'a-member' } },
    has: { authorassociation: 'NONE' },
  },
  {
    id: 'an association nobody knows is unknown',
    event: 'issues',
    payload: { issue: { ...issue, author_association: 'EMPEROR' } },
    has: { authorassociation: 'UNKNOWN' },
  },
  {
    id: 'hops are read back from the body',
    event: 'issues',
    payload: { issue: { ...issue, body: '<!-- mindmesh:hops=2 -->' } },
    has: { hops: 2 },
  },
  {
    id: 'a person’s comment below an agent’s issue starts anew',
    event: 'issue_comment',
    payload: { issue: { ...issue, body: '<!-- mindmesh:hops=2 -->' }, comment: { body: 'thanks' } },
    has: { hops: 0 },
  },
  {
    id: 'hops of a push come from its branch',
    event: 'push',
    payload: { ref: 'refs/heads/mindmesh/hops-1/x', commits: [] },
    has: { hops: 1 },
  },
  {
    id: 'hops of a push come from its commits',
    event: 'push',
    payload: { ref: 'refs/heads/x', commits: [{ message: 'Add\n\n<!-- mindmesh:hops=3 -->' }] },
    has: { hops: 3 },
  },
  {
    id: 'an event of an org has the org as its source',
    event: 'projects_v2_item',
    payload: { action: 'edited', projects_v2_item: {}, organization: { login: 'acme' } },
    has: { source: 'https://github.com/acme', repository: '', subject: 'https://github.com/acme' },
  },
  { id: 'no action, no dot', event: 'push', payload: { ref: 'x' }, has: { type: 'com.github.push' } },
  {
    id: 'a broken default branch is severe',
    event: 'workflow_run',
    payload: {
      action: 'completed',
      repository: { default_branch: 'main' },
      workflow_run: { conclusion: 'failure', head_branch: 'main' },
    },
    has: { kind: 'needs_attention', severity: 'high' },
  },
  {
    id: 'an alert says itself how severe it is',
    event: 'dependabot_alert',
    payload: { action: 'created', alert: { number: 1, security_advisory: { severity: 'moderate' } } },
    has: { kind: 'security_alert', severity: 'medium' },
  },
];

for (const { id, event, payload, has } of ENVELOPES) {
  test(`aggregator / normalise / ${id}`, () => {
    const made = eventOf({ event, payload });
    assert.deepEqual({ ...made, ...has }, made);
  });
}

test('aggregator / normalise / the secret that an alert found does not come along', () => {
  const payload = {
    action: 'created',
    alert: { number: 1, secret_type: 'aws_key', secret: 'AKIA-do-not-keep', state: 'open' },
  };
  const made = eventOf({ event: 'secret_scanning_alert', payload });
  assert.equal(made.data.alert?.labels.type, 'aws_key');
  assert.equal(JSON.stringify(made).includes('do-not-keep'), false);
});

function find(title: string): Webhook {
  const webhook = webhooks.find((each) => titleOf(each) === title);
  assert.ok(webhook, `no example of ${title}`);
  return webhook;
}

function eventOf(webhook: Webhook): MeshEvent {
  const delivery = readWebhook(webhook);
  assert.equal(delivery.status, 'event', JSON.stringify(delivery));
  assert.ok(delivery.status === 'event');
  return delivery.event;
}

/** What a reader of the golden table wants to see of an example. */
function lineOf(webhook: Webhook, index: number): string {
  const delivery = readWebhook(webhook, `example-${index}`);
  const title = titleOf(webhook);
  if (delivery.status !== 'event') return `${index} ${title}: ${delivery.status}`;
  const { kind, subject, actor, time } = delivery.event;
  return `${index} ${title}: ${kind} of ${subject} by ${actor || 'nobody'} at ${time}`;
}
