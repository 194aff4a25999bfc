import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { deadLetterOf, deadTasks, isOpenLine, taskLines } from '../../../../roles/operator/task-lines.ts';
import { foldStory } from '../../../../roles/replica/fold-story.ts';
import type { Fact } from '../../../../roles/replica/story.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
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
  retriedRecord,
  SLOT,
  startedRecord,
  supersededRecord,
} from '../../../fakes/records.ts';

const WORKER = peerNamed('worker');

function storyOf(...said: readonly MeshRecord[]) {
  const records = [eventRecord(1), distributionRecord(1, [WORKER], { at: AT + 100 }), ...said];
  const facts: Fact[] = records.map((record, seq) => ({
    position: { origin: WORKER, epoch: epochNumber(1), seq },
    record,
  }));
  return foldStory(eventId(1), facts);
}

const LINES: readonly { id: string; said: MeshRecord[]; line: object; open: boolean }[] = [
  { id: 'decided', said: [], line: { state: 'offered', since: AT + 100, attempts: 0 }, open: true },
  {
    id: 'accepted',
    said: [acceptedRecord(1, { at: AT + 200 })],
    line: { state: 'accepted', since: AT + 200, node: WORKER },
    open: true,
  },
  {
    id: 'handed back',
    said: [acceptedRecord(1), handedBackRecord(1)],
    line: { state: 'offered', note: 'handed back by a node that left' },
    open: true,
  },
  {
    id: 'running',
    said: [acceptedRecord(1), startedRecord(1, { at: AT + 300 })],
    line: { state: 'running', since: AT + 300, node: WORKER, attempts: 1 },
    open: true,
  },
  {
    id: 'failed',
    said: [startedRecord(1), failedRecord(1, { at: AT + 400 })],
    line: { state: 'failed', since: AT + 400, note: 'internal: it broke' },
    open: true,
  },
  {
    id: 'done',
    said: [doneRecord(1, { at: AT + 500 })],
    line: { state: 'done', since: AT + 500, node: WORKER },
    open: false,
  },
  {
    id: 'needless',
    said: [supersededRecord(1, { at: AT + 600 })],
    line: { state: 'superseded', since: AT + 600, note: `by ${eventId(2)}` },
    open: false,
  },
  {
    id: 'given up',
    said: [deadRecord(1, { at: AT + 700 })],
    line: { state: 'dead', since: AT + 700, note: 'the deadline passed' },
    open: false,
  },
  {
    id: 'tried anew',
    said: [deadRecord(1), retriedRecord(1, { at: AT + 800 })],
    line: { state: 'offered', since: AT + 800 },
    open: true,
  },
];
for (const { id, said, line, open } of LINES) {
  test(`operator / task lines / ${id}`, () => {
    const [only] = taskLines(storyOf(...said));
    assert.partialDeepStrictEqual(only, { eventId: eventId(1), slot: SLOT, ...line });
    assert.equal(only && isOpenLine(only), open);
    if (!('note' in line)) assert.equal(only?.note, undefined);
  });
}

test('operator / task lines / what nobody offers is a line of its own, and open', () => {
  const waiting = [{ general: 'qa-general', cluster: 'dev', reason: 'nobody offers it', priority: 'low' }];
  const story = storyOf(distributionRecord(1, [WORKER], { revision: 1, waiting }));
  const line = taskLines(story).at(-1);
  assert.partialDeepStrictEqual(line, {
    slot: 'qa-general@dev',
    state: 'waiting',
    note: 'nobody offers it',
    priority: 'low',
  });
  assert.ok(line && isOpenLine(line));
});

test('operator / task lines / an event that nobody decided has none', () => {
  assert.deepEqual(taskLines(foldStory(eventId(1), [])), []);
});

test('operator / task lines / a dead letter is of a slot that is given up now', () => {
  const letters = (...said: MeshRecord[]) => {
    const story = storyOf(...said);
    return deadTasks(story).flatMap((task) => deadLetterOf(story, task) ?? []);
  };
  assert.deepEqual(letters(startedRecord(1), deadRecord(1)), [
    {
      ...{ eventId: eventId(1), slot: SLOT, general: 'security-general', kind: 'pr_created' },
      ...{ subject: 'acme/app#7', repository: 'acme/app', at: AT + 1, reason: 'the deadline passed' },
      ...{ attempts: 1, round: 0, dropped: false },
    },
  ]);
  assert.deepEqual(letters(deadRecord(1), retriedRecord(1)), []);
  assert.deepEqual(letters(deadRecord(1), doneRecord(1)), []);
  assert.equal(letters(deadRecord(1), droppedRecord(1))[0]?.dropped, true);
});
