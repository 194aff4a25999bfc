import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PeerId } from '../../../../protocols/ids.ts';
import { slotOf } from '../../../../protocols/ids.ts';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { foldStory } from '../../../../roles/replica/fold-story.ts';
import { loadStory } from '../../../../roles/replica/stories.ts';
import { type Fact, isEnded } from '../../../../roles/replica/story.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { seeded, shuffled } from '../../../fakes/manual-runtime.ts';
import {
  AT,
  acceptedRecord,
  deadRecord,
  distributionRecord,
  doneRecord,
  droppedRecord,
  eventId,
  eventRecord,
  failedRecord,
  handedBackRecord,
  resultOf,
  retriedRecord,
  SLOT,
  settledRecord,
  startedRecord,
  supersededRecord,
} from '../../../fakes/records.ts';
import { startedNode } from '../../../fakes/replica-node.ts';

const [OWNER, WORKER, OTHER, STRANGER] = ['owner', 'worker', 'other', 'stranger'].map(peerNamed) as [
  PeerId,
  PeerId,
  PeerId,
  PeerId,
];

/** Facts of one event, numbered by the order they are written down in. */
function facts(...said: (readonly [PeerId, MeshRecord])[]): Fact[] {
  return said.map(([origin, record], seq) => ({ position: { origin, epoch: epochNumber(1), seq }, record }));
}

const DECIDED: readonly [PeerId, MeshRecord] = [OWNER, distributionRecord(1, [WORKER, OTHER])];

const states: { id: string; said: (readonly [PeerId, MeshRecord])[]; state: string; attempts: number }[] = [
  { id: 'nothing but the decision', said: [], state: 'offered', attempts: 0 },
  { id: 'accepted', said: [[WORKER, acceptedRecord(1)]], state: 'accepted', attempts: 0 },
  {
    id: 'started',
    said: [
      [WORKER, acceptedRecord(1)],
      [WORKER, startedRecord(1)],
    ],
    state: 'running',
    attempts: 1,
  },
  {
    id: 'begun as it was accepted',
    said: [[WORKER, acceptedRecord(1, { attempt: 1 })]],
    state: 'running',
    attempts: 1,
  },
  {
    id: 'begun as it was accepted, and failed',
    said: [
      [WORKER, acceptedRecord(1, { attempt: 1 })],
      [WORKER, failedRecord(1)],
    ],
    state: 'failed',
    attempts: 1,
  },
  {
    id: 'handed back before what was recorded to begin did',
    said: [
      [WORKER, acceptedRecord(1, { attempt: 1 })],
      [WORKER, handedBackRecord(1)],
    ],
    state: 'offered',
    attempts: 0,
  },
  {
    id: 'handed back, then begun as it was accepted again',
    said: [
      [WORKER, acceptedRecord(1, { attempt: 1 })],
      [WORKER, handedBackRecord(1)],
      [WORKER, acceptedRecord(1, { attempt: 1 })],
    ],
    state: 'running',
    attempts: 1,
  },
  {
    id: 'failed',
    said: [
      [WORKER, startedRecord(1)],
      [WORKER, failedRecord(1)],
    ],
    state: 'failed',
    attempts: 1,
  },
  {
    id: 'failed and started again',
    said: [
      [WORKER, startedRecord(1)],
      [WORKER, failedRecord(1)],
      [WORKER, startedRecord(1, { attempt: 2 })],
    ],
    state: 'running',
    attempts: 2,
  },
  {
    id: 'failed here, started elsewhere',
    said: [
      [WORKER, startedRecord(1)],
      [WORKER, failedRecord(1)],
      [OTHER, startedRecord(1, { attempt: 2 })],
      [OTHER, doneRecord(1, { attempt: 2 })],
    ],
    state: 'done',
    attempts: 2,
  },
  {
    id: 'done',
    said: [
      [WORKER, startedRecord(1)],
      [WORKER, doneRecord(1)],
    ],
    state: 'done',
    attempts: 1,
  },
  { id: 'done without a start that we know of', said: [[WORKER, doneRecord(1)]], state: 'done', attempts: 0 },
  { id: 'given up', said: [[OWNER, deadRecord(1)]], state: 'dead', attempts: 0 },
  {
    id: 'given up and done all the same',
    said: [
      [OWNER, deadRecord(1)],
      [WORKER, doneRecord(1)],
    ],
    state: 'done',
    attempts: 0,
  },
  { id: 'done by a node that no decision ranked', said: [[STRANGER, doneRecord(1)]], state: 'offered', attempts: 0 },
  {
    id: 'started by a node that no decision ranked',
    said: [[STRANGER, startedRecord(1)]],
    state: 'offered',
    attempts: 0,
  },
  {
    id: 'accepted and handed back',
    said: [
      [WORKER, acceptedRecord(1)],
      [WORKER, handedBackRecord(1)],
    ],
    state: 'offered',
    attempts: 0,
  },
  {
    id: 'handed back and accepted by another',
    said: [
      [WORKER, acceptedRecord(1)],
      [WORKER, handedBackRecord(1)],
      [OTHER, acceptedRecord(1)],
    ],
    state: 'accepted',
    attempts: 0,
  },
  {
    id: 'handed back and accepted again by the same node',
    said: [
      [WORKER, acceptedRecord(1)],
      [WORKER, handedBackRecord(1)],
      [WORKER, acceptedRecord(1)],
    ],
    state: 'accepted',
    attempts: 0,
  },
  {
    id: 'accepted, and handed back by another',
    said: [
      [WORKER, acceptedRecord(1)],
      [OTHER, handedBackRecord(1)],
    ],
    state: 'accepted',
    attempts: 0,
  },
  { id: 'made needless by its owner', said: [[OWNER, supersededRecord(1)]], state: 'superseded', attempts: 0 },
  {
    id: 'made needless by who had it in its inbox',
    said: [
      [WORKER, acceptedRecord(1)],
      [WORKER, supersededRecord(1)],
    ],
    state: 'superseded',
    attempts: 0,
  },
  {
    id: 'made needless and done all the same',
    said: [
      [OWNER, supersededRecord(1)],
      [WORKER, doneRecord(1)],
    ],
    state: 'done',
    attempts: 0,
  },
  {
    id: 'given up and tried anew',
    said: [
      [OWNER, deadRecord(1)],
      [OTHER, retriedRecord(1)],
    ],
    state: 'offered',
    attempts: 0,
  },
  {
    id: 'tried anew and given up by an owner that did not know',
    said: [
      [OTHER, retriedRecord(1)],
      [OWNER, deadRecord(1)],
    ],
    state: 'offered',
    attempts: 0,
  },
  {
    id: 'tried anew and given up again',
    said: [
      [OWNER, deadRecord(1)],
      [OTHER, retriedRecord(1)],
      [OWNER, deadRecord(1, { round: 1 })],
    ],
    state: 'dead',
    attempts: 0,
  },
  {
    id: 'given up and dropped',
    said: [
      [OWNER, deadRecord(1)],
      [OTHER, droppedRecord(1)],
    ],
    state: 'dead',
    attempts: 0,
  },
  {
    id: 'done for another slot',
    said: [[WORKER, doneRecord(1, { slot: slotOf('triage-general') })]],
    state: 'offered',
    attempts: 0,
  },
];

describe('replica / story', () => {
  for (const { id, said, state, attempts } of states) {
    test(`the state of a task: ${id}`, () => {
      const [task] = foldStory(eventId(1), facts(DECIDED, ...said)).tasks;
      assert.equal(task?.state, state);
      assert.equal(task?.attempts.length, attempts);
      assert.equal(task && isEnded(task), ['done', 'superseded', 'dead'].includes(state));
    });
  }

  test('without facts there is an empty story', () => {
    assert.deepEqual(foldStory(eventId(1), []), { eventId: eventId(1), tasks: [], retries: 0 });
  });

  test('of an event in two logs the lowest position counts', () => {
    const story = foldStory(eventId(1), [
      {
        position: { origin: WORKER, epoch: epochNumber(1), seq: 0 },
        record: eventRecord(1, { at: AT + 9 }, { actor: 'second' }),
      },
      {
        position: { origin: OTHER, epoch: epochNumber(2), seq: 5 },
        record: eventRecord(1, { at: AT + 3 }, { actor: 'first' }),
      },
      {
        position: { origin: OTHER, epoch: epochNumber(2), seq: 6 },
        record: eventRecord(1, { at: AT + 1 }, { actor: 'third' }),
      },
    ]);
    assert.equal(story.event?.actor, 'first');
    assert.deepEqual(story.position, { origin: OTHER, epoch: epochNumber(2), seq: 5 });
    assert.equal(story.receivedAt, AT + 3);
  });

  test('the highest revision is the decision, and whoever an earlier one ranked may still speak', () => {
    const story = foldStory(
      eventId(1),
      facts([OTHER, distributionRecord(1, [STRANGER], { revision: 1 })], DECIDED, [WORKER, doneRecord(1)]),
    );
    assert.equal(story.distribution?.revision, 1);
    assert.equal(story.distributedBy, OTHER);
    assert.deepEqual(
      story.tasks.map(({ state, done }) => [state, done?.by]),
      [['done', WORKER]],
    );
    assert.deepEqual(
      story.tasks[0]?.plan.candidates.map(({ peer }) => peer),
      [STRANGER],
    );
  });

  test('a candidate that was not picked may not speak', () => {
    const plan = distributionRecord(1, [WORKER]);
    const passedOver = { peer: OTHER, cluster: 'dev', score: 0, reason: 'busy' };
    const slots = plan.slots.map((slot) => ({ ...slot, candidates: [...slot.candidates, passedOver] }));
    const story = foldStory(eventId(1), facts([OWNER, { ...plan, slots }], [OTHER, doneRecord(1)]));
    assert.equal(story.tasks[0]?.state, 'offered');
  });

  test('of two results the lowest position counts, the same one everywhere', () => {
    const results = facts(
      DECIDED,
      [WORKER, doneRecord(1, { result: resultOf('b') })],
      [OTHER, doneRecord(1, { result: resultOf('a') })],
    );
    assert.equal(foldStory(eventId(1), results).tasks[0]?.done?.result.answer.summary, 'a');
    assert.equal(foldStory(eventId(1), results.toReversed()).tasks[0]?.done?.result.answer.summary, 'a');
  });

  test('a settled record that does not know of every retry settles nothing', () => {
    const settledAfter = (...retried: MeshRecord[]) => {
      const said = [...retried, settledRecord(1), settledRecord(1, { outcome: 'dead', retries: 1 })];
      return foldStory(eventId(1), facts(DECIDED, ...said.map((record) => [OWNER, record] as const))).settled?.outcome;
    };
    assert.equal(settledAfter(), 'done');
    assert.equal(settledAfter(retriedRecord(1)), 'dead');
    assert.equal(settledAfter(retriedRecord(1), retriedRecord(1)), 'dead', 'two operators at once are one retry');
    assert.equal(settledAfter(retriedRecord(1, { round: 2 })), undefined);
    assert.equal(settledAfter(retriedRecord(1), retriedRecord(1, { slot: slotOf('triage-general') })), undefined);
  });

  test('what was tried anew tells since when, and how many executions had begun', () => {
    const said = facts(
      DECIDED,
      [OTHER, retriedRecord(1, { at: AT + 500, attempts: 8 })],
      [OWNER, retriedRecord(1, { at: AT + 400, attempts: 7 })],
    );
    const [task] = foldStory(eventId(1), said).tasks;
    assert.deepEqual([task?.round, task?.retried], [1, { at: AT + 400, attempts: 8 }]);
  });

  test('the order in which facts arrive changes nothing', () => {
    const all = facts(
      [OWNER, eventRecord(1)],
      [OTHER, eventRecord(1, { at: AT + 2 })],
      DECIDED,
      [OTHER, distributionRecord(1, [OTHER], { revision: 1 })],
      [STRANGER, distributionRecord(1, [WORKER], { revision: 1, slots: [] })],
      [WORKER, acceptedRecord(1)],
      [OTHER, acceptedRecord(1)],
      [WORKER, startedRecord(1)],
      [OTHER, startedRecord(1)],
      [WORKER, failedRecord(1)],
      [WORKER, startedRecord(1, { attempt: 2 })],
      [WORKER, doneRecord(1, { attempt: 2 })],
      [OTHER, doneRecord(1)],
      [OWNER, deadRecord(1)],
      [OTHER, deadRecord(1, { reason: 'again' })],
      [OWNER, settledRecord(1)],
      [OTHER, settledRecord(1, { outcome: 'dead' })],
      [WORKER, handedBackRecord(1)],
      [OWNER, supersededRecord(1)],
      [OTHER, supersededRecord(1, { by: eventId(3) })],
      [OTHER, retriedRecord(1, { attempts: 2 })],
      [OWNER, retriedRecord(1, { at: AT + 5 })],
      [OWNER, droppedRecord(1)],
      [OTHER, settledRecord(1, { outcome: 'partly', retries: 1 })],
    );
    const expected = foldStory(eventId(1), all);
    const random = seeded(11);
    for (let i = 0; i < 300; i++) assert.deepEqual(foldStory(eventId(1), shuffled(all, random)), expected);
  });
});

describe('replica / stories', () => {
  test('a story is read from the tables and the logs, and only of its own event', async () => {
    const { replica, disk, peer } = await startedNode('worker');
    const records = [eventRecord(1), distributionRecord(1, [peer]), acceptedRecord(1), startedRecord(1), doneRecord(1)];
    // The id of event 10 begins with that of event 1.
    for (const record of [...records, settledRecord(1), eventRecord(10)]) await replica.append(record);
    const story = await loadStory(eventId(1), { journal: replica, tables: disk });
    assert.equal(story.event?.id, eventId(1));
    assert.equal(story.settled?.outcome, 'done');
    assert.deepEqual(
      story.tasks.map(({ slot, state, done }) => [slot, state, done?.by]),
      [[SLOT, 'done', peer]],
    );
    assert.deepEqual((await loadStory(eventId(10), { journal: replica, tables: disk })).tasks, []);
  });

  test('an unknown event has an empty story', async () => {
    const { replica, disk } = await startedNode('worker');
    const story = await loadStory(eventId(404), { journal: replica, tables: disk });
    assert.deepEqual(story, { eventId: eventId(404), tasks: [], retries: 0 });
  });
});
