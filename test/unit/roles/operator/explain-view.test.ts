import assert from 'node:assert/strict';
import test from 'node:test';
import type { EventData } from '../../../../protocols/event.ts';
import { ExplainViewSchema } from '../../../../protocols/operator.ts';
import { explainView, titleOf } from '../../../../roles/operator/explain-view.ts';
import { foldStory } from '../../../../roles/replica/fold-story.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import {
  AT,
  candidateOf,
  distributionOf,
  EVENT_ID,
  eventFact,
  factOf,
  planOf,
  RESULT,
  workFacts,
} from '../../../fakes/facts.ts';

const names = new Map([
  [peerNamed('agg'), 'aggregator'],
  [peerNamed('boss'), 'orchestrator'],
  [peerNamed('gen'), 'reviewers'],
  [peerNamed('bystander'), 'bystander'],
]);
const plan = planOf('security-general', [candidateOf('gen', 0), candidateOf('gone')]);
const waiting = [{ general: 'x-general', cluster: 'dev', reason: 'nobody offers it' }];

test('operator / explain / tells the arrival, the decision, each task and what is awaited', () => {
  const offers = [
    { slot: plan.slot, to: peerNamed('gen'), at: AT + 15, answer: 'accept' },
    { slot: planOf('triage-general', []).slot, to: peerNamed('gen'), at: AT + 15, answer: 'busy' },
  ];
  const story = foldStory(EVENT_ID, [
    eventFact(),
    factOf('boss', 1, distributionOf([plan], waiting)),
    ...workFacts('gen', plan.slot, 'accepted', 'started', 'done'),
    factOf('boss', 2, { v: 1, at: AT + 40, type: 'settled', eventId: EVENT_ID, outcome: 'done' }),
  ]);
  const view = explainView(story, { names, offers, owner: peerNamed('boss') });
  assert.partialDeepStrictEqual(view, {
    eventId: EVENT_ID,
    kind: 'pr_created',
    title: 'com.github.pull_request.opened',
    receivedAt: AT,
    receivedBy: peerNamed('agg'),
    position: `${peerNamed('agg')}/${epochNumber(1)}/1`,
    owner: peerNamed('boss'),
    rule: 'pull-requests',
    strategy: 'broadcast',
    priority: 'normal',
    revision: 0,
    distributedAt: AT + 10,
    distributedBy: peerNamed('boss'),
    trust: 'member',
    waiting,
    settled: { at: AT + 40, outcome: 'done' },
    tasks: [
      {
        slot: plan.slot,
        general: 'security-general',
        rule: 'pull-requests',
        state: 'done',
        acceptedBy: peerNamed('gen'),
        attempts: [{ number: 1, by: peerNamed('gen'), startedAt: AT + 20 }],
        result: RESULT,
        offers: [{ to: peerNamed('gen'), at: AT + 15, answer: 'accept' }],
      },
    ],
  });
  assert.deepEqual(ExplainViewSchema.parse(view), view);
});

test('operator / explain / names only the nodes it speaks of and knows', () => {
  const story = foldStory(EVENT_ID, [eventFact(), factOf('boss', 1, distributionOf([plan]))]);
  assert.deepEqual(explainView(story, { names, offers: [] })?.names, {
    [peerNamed('agg')]: 'aggregator',
    [peerNamed('boss')]: 'orchestrator',
    [peerNamed('gen')]: 'reviewers',
  });
});

test('operator / explain / a failed attempt carries its code and message', () => {
  const story = foldStory(EVENT_ID, [
    eventFact(),
    factOf('boss', 1, distributionOf([plan])),
    ...workFacts('gen', plan.slot, 'accepted', 'started', 'failed'),
  ]);
  const [task] = explainView(story, { names, offers: [] })?.tasks ?? [];
  assert.equal(task?.state, 'failed');
  assert.equal(task?.attempts[0]?.error, 'model-unavailable: no answer');
});

test('operator / explain / an event that nobody decided on has no decision and no tasks', () => {
  const view = explainView(foldStory(EVENT_ID, [eventFact()]), { names, offers: [] });
  assert.equal(view?.distributedAt, undefined);
  assert.deepEqual([view?.tasks, view?.waiting], [[], []]);
  assert.deepEqual(ExplainViewSchema.parse(view), view);
});

test('operator / explain / there is nothing to tell while only the decision is here', () => {
  const story = foldStory(EVENT_ID, [factOf('boss', 1, distributionOf([plan]))]);
  assert.equal(explainView(story, { names, offers: [] }), undefined);
});

const titles: readonly { id: string; data: EventData; title: string }[] = [
  {
    id: 'an issue',
    data: {
      issue: {
        number: 1,
        title: 'It breaks',
        body: '',
        url: '',
        state: 'open',
        author: 'a',
        labels: [],
        comments: 0,
        isPullRequest: false,
      },
    },
    title: 'It breaks',
  },
  {
    id: 'a push',
    data: {
      push: {
        ref: 'refs/heads/main',
        before: '',
        after: '',
        forced: false,
        created: false,
        deleted: false,
        commitCount: 1,
        commits: [{ id: '1', message: 'Mend it\n\nlong story', author: 'a', added: [], removed: [], modified: [] }],
        url: '',
      },
    },
    title: 'Mend it',
  },
  { id: 'a check', data: { check: { name: 'build', status: 'completed', headSha: '', url: '' } }, title: 'build' },
  { id: 'anything else', data: {}, title: 'com.github.pull_request.opened' },
];

for (const { id, data, title } of titles) {
  test(`operator / explain / the title of ${id} is what a person would call it`, () => {
    const { record } = eventFact({ data });
    assert.ok(record.type === 'event');
    assert.equal(titleOf(record.event), title);
  });
}
