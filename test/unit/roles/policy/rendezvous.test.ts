import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rendezvousOrder, rendezvousOwner } from '../../../../roles/policy/rendezvous.ts';

const NODES = ['a', 'b', 'c', 'd', 'e'];
const KEYS = Array.from({ length: 500 }, (_, i) => `acme/app#${i}`);

test('policy / rendezvous / the order of the nodes given does not matter', () => {
  for (const key of KEYS.slice(0, 50)) {
    assert.deepEqual(rendezvousOrder(key, NODES), rendezvousOrder(key, [...NODES].reverse()));
  }
});

test('policy / rendezvous / a known key keeps its known owner', () => {
  // Two builds that disagree here would both own a subject.
  assert.equal(rendezvousOwner('acme/app#1', NODES), 'a');
  assert.equal(rendezvousOwner('acme/app#2', NODES), 'd');
});

test('policy / rendezvous / nobody owns a key when there are no nodes', () => {
  assert.equal(rendezvousOwner('acme/app#1', []), undefined);
});

test('policy / rendezvous / a node that leaves moves only the keys it owned', () => {
  const left = NODES.filter((node) => node !== 'c');
  for (const key of KEYS) {
    const owner = rendezvousOwner(key, NODES);
    const after = rendezvousOwner(key, left);
    if (owner === 'c') assert.equal(after, rendezvousOrder(key, NODES)[1]);
    else assert.equal(after, owner);
  }
});

test('policy / rendezvous / a node that joins takes keys from others and moves none between them', () => {
  const moved = KEYS.filter((key) => rendezvousOwner(key, [...NODES, 'f']) !== rendezvousOwner(key, NODES));
  assert.ok(moved.length > 0);
  for (const key of moved) assert.equal(rendezvousOwner(key, [...NODES, 'f']), 'f');
});

test('policy / rendezvous / every node owns its fair share', () => {
  const shares = NODES.map((node) => KEYS.filter((key) => rendezvousOwner(key, NODES) === node).length);
  for (const share of shares) assert.ok(share > 60 && share < 140, `shares ${shares.join(', ')}`);
});
