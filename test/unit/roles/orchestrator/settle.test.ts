import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import type { DistributionRecord } from '../../../../protocols/record.ts';
import { outcomeOf } from '../../../../roles/orchestrator/settle.ts';
import type { Story, TaskState } from '../../../../roles/replica/story.ts';

const SLOT = slotOf('triage-general');
const IDLE = { handedBack: [], effects: [], round: 0 };

function story(states: readonly TaskState[], waiting: DistributionRecord['waiting'] = []): Story {
  const plan = { slot: SLOT, general: 'triage-general', candidates: [] };
  const distribution: DistributionRecord = {
    ...{ v: 1, type: 'distribution', at: 0, eventId: eventIdOf('github', '1'), subject: 's', kind: 'other' },
    ...{ revision: 0, number: 0, rule: 'r', strategy: 's', priority: 'normal', deadline: 0, slots: [], waiting },
  };
  const tasks = states.map((state) => ({ slot: SLOT, general: 'triage-general', plan, state, attempts: [], ...IDLE }));
  return { eventId: distribution.eventId, distribution, tasks, retries: 0 };
}

const CASES: readonly { id: string; story: Story; outcome: string | undefined }[] = [
  { id: 'undecided is open', story: { eventId: eventIdOf('github', '1'), tasks: [], retries: 0 }, outcome: undefined },
  { id: 'all done is done', story: story(['done', 'done']), outcome: 'done' },
  { id: 'what a newer event made needless is done', story: story(['superseded', 'done']), outcome: 'done' },
  { id: 'dead beside needless is partly', story: story(['superseded', 'dead']), outcome: 'partly' },
  { id: 'all dead is dead', story: story(['dead', 'dead']), outcome: 'dead' },
  { id: 'some of each is partly', story: story(['done', 'dead']), outcome: 'partly' },
  { id: 'one under way is open', story: story(['done', 'running']), outcome: undefined },
  { id: 'one that failed and may be tried again is open', story: story(['failed']), outcome: undefined },
  {
    id: 'a general that is waited for keeps it open',
    story: story(['done'], [{ general: 'g', reason: '' }]),
    outcome: undefined,
  },
  { id: 'dropped by a rule is done', story: story([]), outcome: 'done' },
];
for (const { id, story, outcome } of CASES) {
  test(`orchestrator / settle / ${id}`, () => assert.equal(outcomeOf(story), outcome));
}
