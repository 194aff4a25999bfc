import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadEstimate } from '../../../../roles/orchestrator/load-estimate.ts';
import { peerNamed } from '../../../fakes/cards.ts';

const A = peerNamed('a');
const G = 'triage-general';

function told(load: number, heardAt = 100) {
  return { told: load, capacity: 10, heardAt };
}

test('orchestrator / load estimate / without anything given it is what was told', () => {
  assert.equal(new LoadEstimate().loadOf(A, G, told(3)), 3);
});

test('orchestrator / load estimate / what was given and not ended is the least it can be', () => {
  const loads = new LoadEstimate();
  for (let i = 0; i < 5; i++) loads.give(A, G);
  loads.takeBack(A, G);
  assert.equal(loads.loadOf(A, G, told(0)), 4);
  assert.equal(loads.loadOf(A, G, told(7)), 7);
  assert.equal(loads.loadOf(A, 'other', told(1)), 1);
  assert.equal(loads.loadOf(peerNamed('b'), G, told(1)), 1);
});

test('orchestrator / load estimate / a load that was on its way while offers were does not take them back', () => {
  const loads = new LoadEstimate();
  for (let i = 0; i < 10; i++) loads.give(A, G);
  assert.equal(loads.loadOf(A, G, told(1, 200)), 10);
});

test('orchestrator / load estimate / what ended since it was told is taken off', () => {
  const loads = new LoadEstimate();
  for (let i = 0; i < 10; i++) loads.give(A, G);
  for (let i = 0; i < 4; i++) loads.end(A, G, 100);
  assert.equal(loads.loadOf(A, G, told(10)), 6);
  assert.equal(loads.loadOf(A, G, told(9, 200)), 9);
});

test('orchestrator / load estimate / who answers that it is full is, until it tells otherwise or is rid of something', () => {
  const loads = new LoadEstimate();
  loads.give(A, G);
  loads.fill(A, G, 100);
  assert.equal(loads.loadOf(A, G, told(2)), 10);
  loads.end(A, G, 100);
  assert.equal(loads.loadOf(A, G, told(2)), 9);
  assert.equal(loads.loadOf(A, G, told(2, 200)), 2);
});

test('orchestrator / load estimate / it is never below nought', () => {
  const loads = new LoadEstimate();
  loads.give(A, G);
  loads.end(A, G, 100);
  assert.equal(loads.loadOf(A, G, told(0)), 0);
});
