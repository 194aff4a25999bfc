import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Lanes } from '../../../../roles/orchestrator/lanes.ts';
import { AGEING_MS } from '../../../../roles/policy/priority.ts';
import { settled } from '../../../fakes/manual-runtime.ts';

/** Work that ends when told. */
function works() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const work = (name: string) => () => {
    begun.push(name);
    return new Promise<void>((resolve) => ends.set(name, resolve));
  };
  const end = async (name: string) => {
    ends.get(name)?.();
    await settled();
  };
  return { begun, work, end };
}

test('orchestrator / lanes / no more than the width run at once for one key; other keys are not held up', async () => {
  const { begun, work, end } = works();
  const lanes = new Lanes(2, () => 0);
  for (const name of ['a1', 'a2', 'a3']) lanes.run('a', 'normal', work(name));
  lanes.run('b', 'normal', work('b1'));
  assert.deepEqual(begun, ['a1', 'a2', 'b1']);
  await end('a1');
  assert.deepEqual(begun, ['a1', 'a2', 'b1', 'a3']);
});

test('orchestrator / lanes / what waits goes by priority, then in the order it came', async () => {
  const { begun, work, end } = works();
  const lanes = new Lanes(1, () => 0);
  lanes.run('a', 'low', work('first'));
  lanes.run('a', 'low', work('low'));
  lanes.run('a', 'normal', work('normal 1'));
  lanes.run('a', 'normal', work('normal 2'));
  lanes.run('a', 'blocker', work('blocker'));
  for (const name of ['first', 'blocker', 'normal 1', 'normal 2']) await end(name);
  assert.deepEqual(begun, ['first', 'blocker', 'normal 1', 'normal 2', 'low']);
});

test('orchestrator / lanes / a lane that ran empty takes work again', async () => {
  const { begun, work, end } = works();
  const lanes = new Lanes(1, () => 0);
  lanes.run('a', 'normal', work('one'));
  await end('one');
  lanes.run('a', 'normal', work('two'));
  assert.deepEqual(begun, ['one', 'two']);
});

test('orchestrator / lanes / background has its turn although something high comes for ever', async () => {
  const { begun, work, end } = works();
  let now = 0;
  const lanes = new Lanes(1, () => now);
  lanes.run('a', 'high', work('high 0'));
  lanes.run('a', 'background', work('background'));
  let turns = 0;
  while (!begun.includes('background') && turns < 100) {
    now += AGEING_MS / 4;
    lanes.run('a', 'high', work(`high ${++turns}`));
    await end(begun.at(-1) ?? '');
  }
  // Three classes below: it goes before what came three ages after it.
  assert.equal(turns, 13);
});
