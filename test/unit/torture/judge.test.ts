import assert from 'node:assert/strict';
import { test } from 'node:test';
import { effectKey } from '../../../protocols/effects.ts';
import { eventIdOf, slotOf } from '../../../protocols/ids.ts';
import { withMarker } from '../../../protocols/marker.ts';
import type { ExplainView } from '../../../protocols/operator.ts';
import { judge } from '../../torture/judge.ts';
import type { OutsideComment } from '../../torture/outside.ts';

const SLOT = slotOf('triage-general');
const keyOf = (delivery: string) => effectKey(eventIdOf('github', delivery), SLOT, 'result');

/** As far as the judge looks. */
function story(
  delivery: string,
  fields: { settled?: boolean; effects?: boolean; state?: string } = {},
): [string, ExplainView] {
  const { settled = true, effects = true, state = 'done' } = fields;
  const eventId = eventIdOf('github', delivery);
  const effect = { key: keyOf(delivery), kind: 'comment', target: {}, intended: [], removed: 0 };
  const task = { slot: SLOT, general: 'triage-general', state, candidates: [], attempts: [], offers: [] };
  const view: ExplainView = {
    ...{ eventId, kind: 'issue_opened', type: 't', subject: 's', repository: 'r', actor: 'a', title: 't' },
    ...{ receivedAt: 1, receivedBy: 'p', position: 'p', waiting: [] },
    tasks: [{ ...task, ...(effects && { effects: [effect] }) }],
    ...(settled && { settled: { at: 2, outcome: 'done' } }),
  };
  return [eventId, view];
}

let nextId = 1;
function comment(delivery: string): OutsideComment {
  const body = withMarker('text', { hops: 1, key: keyOf(delivery) });
  return { id: nextId++, repository: 'torture/repo-1', number: 1, body, by: 'hands-east', at: '2026-01-01T00:00:00Z' };
}

const evidence = (
  acknowledged: readonly string[],
  stories: readonly [string, ExplainView][],
  comments: readonly OutsideComment[],
  effects = true,
) => ({ acknowledged, stories: new Map(stories), comments, effects });

test('torture / judge / each acknowledged event with an outcome and one write: nothing is wrong', () => {
  const given = evidence(['a', 'b'], [story('a'), story('b')], [comment('a'), comment('b')]);
  assert.deepEqual(judge(given), { lost: [], doubled: [], unwritten: [] });
});

test('torture / judge / an event that nobody knows, or that has no outcome, is lost', () => {
  const given = evidence(['a', 'b', 'c'], [story('a'), story('b', { settled: false })], [comment('a'), comment('b')]);
  assert.deepEqual(judge(given).lost, ['b', 'c']);
});

test('torture / judge / two writes with one key are one doubled, also of an event that was never acknowledged', () => {
  const given = evidence(['a'], [story('a')], [comment('a'), comment('x'), comment('x'), comment('x')]);
  assert.deepEqual(judge(given).doubled, [keyOf('x')]);
});

test('torture / judge / a done task must have been written, a superseded or dead one need not', () => {
  const stories = [story('a'), story('b', { effects: false }), story('c', { effects: false, state: 'superseded' })];
  assert.deepEqual(judge(evidence(['a', 'b', 'c'], stories, [])).unwritten, ['a', 'b']);
  assert.deepEqual(judge(evidence(['a', 'b', 'c'], stories, [], false)).unwritten, []);
});
