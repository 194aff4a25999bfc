import assert from 'node:assert/strict';
import test from 'node:test';
import { EventLineSchema } from '../../../../protocols/operator.ts';
import { type EventState, eventLine, eventLineOfStory } from '../../../../roles/operator/event-line.ts';
import { foldStory } from '../../../../roles/replica/fold-story.ts';
import type { Fact } from '../../../../roles/replica/story.ts';
import { peerNamed } from '../../../fakes/cards.ts';
import {
  AT,
  candidateOf,
  distributionOf,
  EVENT_ID,
  eventFact,
  factOf,
  planOf,
  workFacts,
} from '../../../fakes/facts.ts';

const plan = planOf('security-general', [candidateOf('gen', 0)]);
const other = planOf('triage-general', [candidateOf('gen', 0)]);
const decided = (...slots: Parameters<typeof distributionOf>) => factOf('boss', 1, distributionOf(...slots));
const settled = (outcome: 'done' | 'partly' | 'dead') =>
  factOf('boss', 9, { v: 1, at: AT + 99, type: 'settled', eventId: EVENT_ID, outcome });
const dead = (slot = plan.slot) =>
  factOf('boss', 8, { v: 1, at: AT + 90, type: 'dead', eventId: EVENT_ID, slot, reason: 'too late' });

const cases: Readonly<Record<EventState, readonly (readonly Fact[])[]>> = {
  received: [[]],
  waiting: [[decided([], [{ general: 'x-general', reason: 'nobody offers it' }])], [decided([])]],
  offered: [[decided([plan])]],
  accepted: [[decided([plan]), ...workFacts('gen', plan.slot, 'accepted')]],
  running: [
    [decided([plan]), ...workFacts('gen', plan.slot, 'accepted', 'started')],
    [decided([plan, other]), ...workFacts('gen', plan.slot, 'accepted', 'started')],
  ],
  failed: [[decided([plan]), ...workFacts('gen', plan.slot, 'accepted', 'started', 'failed')]],
  done: [
    [decided([plan]), ...workFacts('gen', plan.slot, 'started', 'done')],
    [decided([plan]), settled('done')],
  ],
  partly: [
    [decided([plan, other]), ...workFacts('gen', plan.slot, 'started', 'done'), dead(other.slot)],
    [settled('partly')],
  ],
  dead: [[decided([plan]), dead()], [settled('dead')]],
};

for (const [state, stories] of Object.entries(cases)) {
  for (const [i, facts] of stories.entries()) {
    test(`operator / event line / case ${i + 1} of an event that is ${state}`, () => {
      const line = eventLineOfStory(foldStory(EVENT_ID, [eventFact(), ...facts]));
      assert.equal(line?.state, state);
      assert.deepEqual(EventLineSchema.parse(line), line);
    });
  }
}

test('operator / event line / a row of the table says the same as the story', () => {
  const story = foldStory(EVENT_ID, [eventFact()]);
  const row = {
    eventId: EVENT_ID,
    at: AT,
    kind: 'pr_created' as const,
    type: 'com.github.pull_request.opened',
    subject: 'acme/app#7',
    repository: 'acme/app',
    actor: 'octocat',
    by: peerNamed('agg'),
  };
  assert.deepEqual(eventLine(row, story), eventLineOfStory(story));
});

test('operator / event line / there is none while only the decision is here', () => {
  assert.equal(eventLineOfStory(foldStory(EVENT_ID, [decided([plan])])), undefined);
});
