import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventIdOf, slotOf } from '../../../../protocols/ids.ts';
import { type LineStatus, SubjectLines } from '../../../../roles/orchestrator/subject-lines.ts';
import { peerNamed } from '../../../fakes/cards.ts';

const SLOT = slotOf('triage-general');
const HOLDER = peerNamed('holder');
const id = (number: number) => eventIdOf('github', String(number));

function lineOf(...statuses: LineStatus[]): SubjectLines {
  const lines = new SubjectLines();
  statuses.forEach((status, number) => {
    lines.set('acme/app#1', SLOT, id(number), { number, status, ...(status === 'held' && { holder: HOLDER }) });
  });
  return lines;
}

const CASES: readonly { id: string; others: readonly LineStatus[]; gate: unknown }[] = [
  { id: 'alone it may go', others: [], gate: 'go' },
  { id: 'an offer that is out holds it up', others: ['offering'], gate: 'wait' },
  { id: 'held by a node, the next goes to that node alone', others: ['held'], gate: { only: HOLDER } },
  { id: 'an offer that is out counts more than a holder', others: ['held', 'offering'], gate: 'wait' },
  { id: 'one that waits, or is dead, blocks nobody', others: ['aside', 'aside'], gate: 'go' },
  { id: 'one that is ready and came before it goes first', others: ['ready'], gate: 'wait' },
];
for (const { id: title, others, gate } of CASES) {
  test(`orchestrator / subject lines / ${title}`, () => {
    assert.deepEqual(lineOf(...others).gate('acme/app#1', SLOT, id(99)), gate);
  });
}

test('orchestrator / subject lines / held by two nodes, the next waits until one of them has nothing more', () => {
  const lines = lineOf('held', 'held');
  lines.set('acme/app#1', SLOT, id(2), { number: 2, status: 'held', holder: peerNamed('another') });
  assert.equal(lines.gate('acme/app#1', SLOT, id(99)), 'wait');
  lines.delete('acme/app#1', SLOT, id(2));
  assert.deepEqual(lines.gate('acme/app#1', SLOT, id(99)), { only: HOLDER });
});

test('orchestrator / subject lines / other subjects and other slots are not held up', () => {
  const lines = lineOf('offering');
  assert.equal(lines.gate('acme/app#2', SLOT, id(99)), 'go');
  assert.equal(lines.gate('acme/app#1', slotOf('triage-general', 'dev'), id(99)), 'go');
});

test('orchestrator / subject lines / it does not hold itself up', () => {
  assert.equal(lineOf('offering').gate('acme/app#1', SLOT, id(0)), 'go');
});

test('orchestrator / subject lines / one that is ready and came after it holds nobody up', () => {
  assert.equal(lineOf('ready', 'ready').gate('acme/app#1', SLOT, id(0)), 'go');
  assert.equal(lineOf('ready', 'ready').gate('acme/app#1', SLOT, id(1)), 'wait');
});

test('orchestrator / subject lines / of those that are ready the lowest number is next', () => {
  const lines = lineOf('held', 'aside', 'ready', 'ready');
  assert.equal(lines.next('acme/app#1', SLOT), id(2));
  lines.delete('acme/app#1', SLOT, id(2));
  assert.equal(lines.next('acme/app#1', SLOT), id(3));
  lines.delete('acme/app#1', SLOT, id(3));
  assert.equal(lines.next('acme/app#1', SLOT), undefined);
});

test('orchestrator / subject lines / the slots of a subject are those of which something is open', () => {
  const lines = lineOf('ready', 'held');
  const other = slotOf('triage-general', 'dev');
  lines.set('acme/app#1', other, id(7), { number: 7, status: 'ready' });
  assert.deepEqual([...lines.slotsOf('acme/app#1')], [SLOT, other]);
  lines.delete('acme/app#1', other, id(7));
  assert.deepEqual([...lines.slotsOf('acme/app#1')], [SLOT]);
  for (const number of [0, 1]) lines.delete('acme/app#1', SLOT, id(number));
  assert.deepEqual([...lines.slotsOf('acme/app#1')], []);
});
