import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chanceOf } from '../../torture/chance.ts';
import { planKills } from '../../torture/kill-plan.ts';

const NODES = { ingest: 'in', bosses: ['b1', 'b2'], hands: ['h1', 'h2'] };

test('torture / kill plan / one seed gives one plan', () => {
  const plan = (seed: number) => planKills({ ...NODES, kills: 50, effects: true }, chanceOf(seed));
  assert.deepEqual(plan(7), plan(7));
  assert.notDeepEqual(plan(7), plan(8));
});

for (const kills of [10, 100, 1_000]) {
  test(`torture / kill plan / of ${kills} at least a fifth hit who takes in, and every node is hit`, () => {
    const plan = planKills({ ...NODES, kills, effects: true }, chanceOf(3));
    assert.equal(plan.length, kills);
    const count = (node: string) => plan.filter((kill) => kill.node === node).length;
    assert.ok(count('in') >= kills / 5);
    for (const node of ['b1', 'b2', 'h1', 'h2']) assert.ok(count(node) > 0 || kills < 100, node);
  });
}

test('torture / kill plan / with writes to the outside, who works is killed around them, at each of the moments', () => {
  const plan = planKills({ ...NODES, kills: 200, effects: true }, chanceOf(3));
  const ofHands = plan.filter(({ node }) => node.startsWith('h'));
  assert.deepEqual([...new Set(ofHands.map(({ moment }) => moment))].sort(), [
    'after-answer',
    'after-write',
    'before-write',
  ]);
  const without = planKills({ ...NODES, kills: 200, effects: false }, chanceOf(3));
  assert.deepEqual([...new Set(without.map(({ moment }) => moment))].sort(), ['any', 'at-start']);
});
