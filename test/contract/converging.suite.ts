import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type EffectKey, effectKey } from '../../protocols/effects.ts';
import { eventIdOf, slotOf } from '../../protocols/ids.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';

const SIGNAL = new AbortController().signal;

/** What every outside that keeps whatever it is sent has to do (E2). `open` gives a place where nothing is yet. */
export function convergingSuite(
  name: string,
  open: () => Promise<{ adapter: ConvergingAdapter; target: (number: number) => Record<string, string | number> }>,
): void {
  describe(name, () => {
    test('nothing is listed before anything is written', async () => {
      const { adapter, target } = await open();
      assert.deepEqual(await adapter.list(target(1), keyNumber(1), SIGNAL), []);
    });

    test('whatever is written is kept and listed by its key, the lowest id first', async () => {
      const { adapter, target } = await open();
      const written = [];
      for (const body of ['first', 'second', 'third']) {
        written.push(await adapter.write(target(1), { hops: 1, key: keyNumber(1) }, body, SIGNAL));
      }
      const listed = await adapter.list(target(1), keyNumber(1), SIGNAL);
      assert.deepEqual(listed, written);
      const ids = listed.map(({ id }) => Number(id));
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => a - b),
      );
    });

    test('another key and another target are another thing', async () => {
      const { adapter, target } = await open();
      const { id } = await adapter.write(target(1), { hops: 1, key: keyNumber(1) }, 'text', SIGNAL);
      await adapter.write(target(1), { hops: 1, key: keyNumber(2) }, 'text', SIGNAL);
      await adapter.write(target(2), { hops: 1, key: keyNumber(1) }, 'text', SIGNAL);
      assert.deepEqual(await idsOf(adapter, target(1), keyNumber(1)), [id]);
    });

    test('what is removed is gone, and removing it again is nothing', async () => {
      const { adapter, target } = await open();
      const first = await adapter.write(target(1), { hops: 1, key: keyNumber(1) }, 'text', SIGNAL);
      const second = await adapter.write(target(1), { hops: 1, key: keyNumber(1) }, 'text', SIGNAL);
      await adapter.remove(target(1), first.id, SIGNAL);
      await adapter.remove(target(1), first.id, SIGNAL);
      assert.deepEqual(await idsOf(adapter, target(1), keyNumber(1)), [second.id]);
    });
  });
}

export function keyNumber(number: number): EffectKey {
  return effectKey(eventIdOf('github', `event-${number}`), slotOf('security-general'), 'result');
}

export async function idsOf(adapter: ConvergingAdapter, target: Record<string, string | number>, key: EffectKey) {
  return (await adapter.list(target, key, SIGNAL)).map(({ id }) => id);
}
