import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EffectRef } from '../../../../protocols/effects.ts';
import type { EffectLedger } from '../../../../roles/effects/ledger.ts';
import { type Death, EffectNodes, KEY, type StepsOptions } from '../../../fakes/effect-nodes.ts';
import { seeded } from '../../../fakes/manual-runtime.ts';

const DEATHS: readonly Death[] = ['before', 'after', 'late'];

async function storyOf(options: StepsOptions) {
  const nodes = new EffectNodes(options);
  await nodes.run();
  return nodes;
}

async function assertOne(options: StepsOptions, what: string): Promise<EffectNodes> {
  const nodes = await storyOf(options);
  const left = nodes.world.with(KEY).map(({ id }) => String(id));
  const told = `${what}\n${nodes.trace.join('\n')}`;
  assert.equal(left.length, 1, told);
  assert.deepEqual([...new Set(nodes.standings())], left, told);
  return nodes;
}

for (const isConnected of [true, false]) {
  const mesh = isConnected ? 'connected' : 'partitioned';
  test(`effects / crash points / two ${mesh} nodes, one dies at every step in turn: one effect is left`, async () => {
    let deaths = 0;
    for (let seed = 1; seed <= 12; seed++) {
      const whole = await assertOne({ seed, isConnected }, `seed ${seed}`);
      for (let step = 0; step < whole.taken; step++) {
        for (const death of DEATHS) {
          await assertOne({ seed, isConnected, deaths: new Map([[step, death]]) }, `seed ${seed}, ${step} ${death}`);
          deaths += 1;
        }
      }
    }
    assert.ok(deaths > 300, `${deaths} deaths`);
  });
}

test('effects / crash points / many deaths, broken connections and partitions at random: one effect is left', async () => {
  let doubled = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const random = seeded(seed * 7919);
    const deaths = new Map(
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => {
        return [Math.floor(random() * 20), DEATHS[Math.floor(random() * 3)] as Death] as const;
      }),
    );
    const nodes = await assertOne({ seed, deaths, broken: 0.3, isConnected: random() < 0.5 }, `seed ${seed}`);
    if (nodes.world.writes > 1) doubled += 1;
  }
  assert.ok(doubled > 100, `the outside was written twice in only ${doubled} histories: they prove nothing`);
});

/** Planted: what was done is remembered beside the log, in a flag that is set with the intention. */
class Flag implements EffectLedger {
  #isSet = false;

  look() {
    return { intents: 0, by: [], ...(this.#isSet && { ref: { id: '1' } satisfies EffectRef }) };
  }

  async intend(): Promise<void> {
    this.#isSet = true;
  }

  async record(): Promise<void> {}

  async doubtful() {
    return [];
  }
}

test('effects / crash points / a done flag beside the log is found out', async () => {
  let wrong = 0;
  for (let seed = 1; seed <= 60; seed++) {
    const flags = new Map([
      ['one', new Flag()],
      ['two', new Flag()],
    ]);
    const deaths = new Map<number, Death>([
      [0, 'before'],
      [1, 'before'],
    ]);
    const nodes = await storyOf({ seed, deaths, ledger: (node) => flags.get(node) });
    if (nodes.world.with(KEY).length !== 1) wrong += 1;
  }
  assert.ok(wrong > 0);
});
