import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type EffectKey, effectKey } from '../../protocols/effects.ts';
import { eventIdOf, slotOf } from '../../protocols/ids.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';

const SIGNAL = new AbortController().signal;

export interface Outside {
  readonly adapter: ConvergingAdapter;
  readonly target: (number: number) => Record<string, string | number>;
  /** What is written; default: the text itself. */
  readonly body?: (text: string) => unknown;
}

/**
 * What every outside that keeps whatever it is sent has to do (E2). `open` gives a place where nothing is yet.
 * each: a second one of a key stands beside the first, and can be removed · once: the adapter makes no second one, or shows none.
 */
export function convergingSuite(name: string, open: () => Promise<Outside>, keeps: 'each' | 'once' = 'each'): void {
  const opened = async () => {
    const { adapter, target, body = (text) => text } = await open();
    const write = (number: number, key: number, text = 'text') =>
      adapter.write(target(number), { hops: 1, key: keyNumber(key) }, body(text), SIGNAL);
    const ids = (number: number, key: number) => idsOf(adapter, target(number), keyNumber(key));
    return { adapter, target, write, ids };
  };

  describe(name, () => {
    test('nothing is listed before anything is written', async () => {
      const { ids } = await opened();
      assert.deepEqual(await ids(1, 1), []);
    });

    test('another key and another target are another thing', async () => {
      const { write, ids } = await opened();
      const { id } = await write(1, 1);
      await write(1, 2);
      await write(2, 1);
      assert.deepEqual(await ids(1, 1), [id]);
    });

    if (keeps === 'once') {
      test('what is written again is the first one', async () => {
        const { write, ids } = await opened();
        const { id } = await write(1, 1, 'first');
        await write(1, 1, 'second');
        assert.deepEqual(await ids(1, 1), [id]);
      });
      return;
    }

    test('whatever is written is kept and listed by its key, the lowest id first', async () => {
      const { adapter, target, write } = await opened();
      const written = [];
      for (const text of ['first', 'second', 'third']) written.push(await write(1, 1, text));
      const listed = await adapter.list(target(1), keyNumber(1), SIGNAL);
      assert.deepEqual(listed, written);
      const ids = listed.map(({ id }) => Number(id));
      assert.deepEqual(
        ids,
        ids.toSorted((a, b) => a - b),
      );
    });

    test('what is removed is gone, and removing it again is nothing', async () => {
      const { adapter, target, write, ids } = await opened();
      const first = await write(1, 1);
      const second = await write(1, 1);
      await adapter.remove(target(1), second.id, SIGNAL);
      await adapter.remove(target(1), second.id, SIGNAL);
      assert.deepEqual(await ids(1, 1), [first.id]);
    });
  });
}

export function keyNumber(number: number): EffectKey {
  return effectKey(eventIdOf('github', `event-${number}`), slotOf('security-general'), 'result');
}

export async function idsOf(adapter: ConvergingAdapter, target: Record<string, string | number>, key: EffectKey) {
  return (await adapter.list(target, key, SIGNAL)).map(({ id }) => id);
}
