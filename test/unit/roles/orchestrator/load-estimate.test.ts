import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadEstimate } from '../../../../roles/orchestrator/load-estimate.ts';
import { peerNamed } from '../../../fakes/cards.ts';

const A = peerNamed('a');

test('orchestrator / load estimate / what was given and ended since it was told is counted', () => {
  const loads = new LoadEstimate();
  loads.add(A, 'triage', 1, 100);
  loads.add(A, 'triage', 1, 100);
  loads.add(A, 'triage', -1, 100);
  assert.equal(loads.loadOf(A, 'triage', 3, 100), 4);
  assert.equal(loads.loadOf(A, 'other', 3, 100), 3);
  assert.equal(loads.loadOf(peerNamed('b'), 'triage', 3, 100), 3);
});

test('orchestrator / load estimate / what is told later has it all in it', () => {
  const loads = new LoadEstimate();
  loads.add(A, 'triage', 5, 100);
  assert.equal(loads.loadOf(A, 'triage', 2, 200), 2);
  loads.add(A, 'triage', 1, 200);
  assert.equal(loads.loadOf(A, 'triage', 2, 200), 3);
});

test('orchestrator / load estimate / who answers that it is full is, until it is rid of something', () => {
  const loads = new LoadEstimate();
  loads.setLoad(A, 'triage', 10, 2, 100);
  assert.equal(loads.loadOf(A, 'triage', 2, 100), 10);
  loads.add(A, 'triage', -1, 100);
  assert.equal(loads.loadOf(A, 'triage', 2, 100), 9);
});

test('orchestrator / load estimate / it is never below nought', () => {
  const loads = new LoadEstimate();
  loads.add(A, 'triage', -3, 100);
  assert.equal(loads.loadOf(A, 'triage', 1, 100), 0);
});
