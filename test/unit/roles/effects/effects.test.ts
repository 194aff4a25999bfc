import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { assembleEffects } from '../../../../roles/effects/assemble.ts';
import type { Effect, EffectAdapters } from '../../../../roles/ports/effects.ts';
import { EFFECT, KEY } from '../../../fakes/effect-nodes.ts';
import { type Door, OutsideWorld, refused, unclear } from '../../../fakes/effect-world.ts';
import { recordsOn } from '../../../fakes/general-node.ts';
import { replicaNode } from '../../../fakes/replica-node.ts';

const SIGNAL = new AbortController().signal;

/** The real ledger over the real log. */
async function effectNode(world: OutsideWorld, { door, adapters }: { door?: Door; adapters?: EffectAdapters } = {}) {
  const node = replicaNode('effects');
  await node.replica.start();
  const parts = { journal: node.replica, tables: node.disk, runtime: node.runtime, meter: node.meter };
  const all = adapters ?? { comment: world.adapter(door), job: world.exact(door) };
  const effects = assembleEffects({ self: node.peer }, { ...parts, adapters: all });
  await effects.start();
  const perform = async (fields: Partial<Effect> = {}) => {
    const performing = effects.desk.perform({ ...EFFECT, isRepeat: false, ...fields }, SIGNAL);
    const ended = performing.then(
      () => true,
      () => true,
    );
    // Only time that passes ends a backoff.
    for (let turn = 0; turn < 50 && !(await Promise.race([ended, node.runtime.advance(1_000)])); turn++);
    return performing;
  };
  const story = async () => (await recordsOn(node.disk)).map(({ type }) => type).join(' ');
  return { ...node, effects, perform, story };
}

/** A door that does something else with the first requests of a kind. */
function door(what: string, ...turns: ('lost' | 'unheard' | 'refused')[]): Door {
  return {
    pass: async (asked, act) => {
      const turn = asked === what ? turns.shift() : undefined;
      if (turn === 'refused') throw refused();
      if (turn === 'lost') throw unclear();
      const value = act();
      if (turn === 'unheard') throw unclear();
      return value;
    },
  };
}

test('effects / perform / intended is on disk before anything is written, and effect after it', async () => {
  const world = new OutsideWorld();
  const seen: string[] = [];
  const node = await effectNode(world, {
    door: {
      pass: async (what, act) => {
        seen.push(`${what} after ${await node.story()}`);
        return act();
      },
    },
  });
  const { ref, outcome } = await node.perform();
  assert.deepEqual(seen, ['write after intended', 'list after intended']);
  assert.deepEqual({ ref, outcome }, { ref: { id: '1' }, outcome: 'performed' });
  assert.equal(await node.story(), 'intended effect');
  const [, last] = (await recordsOn(node.disk)) as Extract<MeshRecord, { type: 'effect' }>[];
  assert.deepEqual([last?.key, last?.kind, last?.target, last?.removed], [KEY, 'comment', EFFECT.target, 0]);
});

test('effects / perform / what a record says is there is not asked for again', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world);
  await node.perform();
  world.items.splice(0);
  const again = await node.perform({ isRepeat: true });
  assert.deepEqual([again.outcome, again.ref.id, world.writes], ['repeated', '1', 1]);
  assert.equal(await node.story(), 'intended effect');
});

const DOUBTS: { id: string; what: string; turn: 'lost' | 'unheard'; writes: number; story: string }[] = [
  { id: 'a write that never arrived', what: 'write', turn: 'lost', writes: 1, story: 'intended intended effect' },
  { id: 'a write whose answer was lost', what: 'write', turn: 'unheard', writes: 1, story: 'intended intended effect' },
  { id: 'a list that failed', what: 'list', turn: 'lost', writes: 1, story: 'intended intended effect' },
];

for (const { id, what, turn, writes, story } of DOUBTS) {
  test(`effects / perform / ${id} is followed by a look, and one is there`, async () => {
    const world = new OutsideWorld();
    const node = await effectNode(world, { door: door(what, turn) });
    await node.perform();
    assert.deepEqual([world.with(KEY).length, world.writes], [1, writes]);
    assert.equal(await node.story(), story);
  });
}

test('effects / perform / whoever is told of an earlier execution looks before it writes', async () => {
  const world = new OutsideWorld();
  await world.adapter().write(EFFECT.target, { hops: 1, key: KEY }, 'of another node', SIGNAL);
  const node = await effectNode(world);
  const { ref } = await node.perform({ isRepeat: true });
  assert.deepEqual([ref.id, world.writes], ['1', 1]);
});

test('effects / perform / what is refused is not asked twice, and no effect is recorded', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world, { door: door('write', 'refused') });
  await assert.rejects(node.perform(), { code: 'github-refused' });
  assert.deepEqual([world.writes, await node.story()], [0, 'intended']);
});

test('effects / perform / an outside that stays silent ends the tries with its error', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world, { door: door('write', 'lost', 'lost', 'lost', 'lost') });
  await assert.rejects(node.perform(), { code: 'github-unavailable' });
  assert.equal(await node.story(), 'intended intended intended');
});

test('effects / perform / a kind that this node has no way to do is an error before any record', async () => {
  const node = await effectNode(new OutsideWorld(), { adapters: {} });
  await assert.rejects(node.perform(), { code: 'effect-unserved' });
  assert.equal(await node.story(), '');
});

test('effects / perform / an exact one is asked for again until it is clear, and is there once', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world, { door: door('create', 'unheard') });
  const { ref } = await node.perform({ kind: 'job' });
  assert.deepEqual([ref.id, world.writes, await node.story()], ['1', 1, 'intended effect']);
});

test('effects / perform / an exact one in whose place something else stands is a conflict', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world);
  await node.perform({ kind: 'job' });
  await assert.rejects(node.perform({ kind: 'job', name: 'another' }), { code: 'effect-conflict' });
});

test('effects / convergence / a request that arrives after all is found a while later, and taken away', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world, { door: door('write', 'lost') });
  await node.perform();
  await world.adapter().write(EFFECT.target, { hops: 1, key: KEY }, 'the lost one', SIGNAL);
  assert.equal(world.with(KEY).length, 2);
  await node.runtime.advance(20_000);
  assert.deepEqual(
    world.with(KEY).map(({ id }) => id),
    [1],
  );
  assert.equal(await node.story(), 'intended intended effect effect');
  assert.equal(node.meter.total('mindmesh_effects_surplus_total', { kind: 'comment' }), 1);
});

test('effects / convergence / what a person took away is not written again', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world, { door: door('write', 'unheard') });
  await node.perform();
  world.items.splice(0);
  await node.runtime.advance(600_000);
  assert.deepEqual([world.items.length, world.writes], [0, 1]);
});

test('effects / convergence / without a doubt nobody looks again', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world);
  await node.perform();
  const lists = world.lists;
  await node.runtime.advance(600_000);
  assert.equal(world.lists, lists);
});

test('effects / convergence / nothing of a node that has stopped looks again', async () => {
  const world = new OutsideWorld();
  const node = await effectNode(world, { door: door('write', 'lost') });
  await node.perform();
  await node.effects.stop();
  const lists = world.lists;
  await node.runtime.advance(600_000);
  assert.equal(world.lists, lists);
});
