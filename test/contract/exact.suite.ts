import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Marker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import { keyNumber } from './converging.suite.ts';

const SIGNAL = new AbortController().signal;
export const MARKER: Marker = { hops: 1, key: keyNumber(1) };

export interface ExactOutside {
  readonly adapter: ExactAdapter;
  readonly target: Record<string, string | number>;
  readonly body: unknown;
  /** Puts something else in its place; absent where nothing else can stand there. */
  readonly disturb?: () => Promise<void>;
}

/** What every outside that takes a thing once has to do (E1). `open` gives a place where it is not yet. */
export function exactSuite(name: string, open: () => Promise<ExactOutside>): void {
  const opened = async () => {
    const outside = await open();
    const create = (marker = MARKER) => outside.adapter.create(outside.target, marker, outside.body, SIGNAL);
    return { ...outside, create };
  };

  describe(name, () => {
    test('it is created once; asking again finds it', async () => {
      const { create } = await opened();
      const first = await create();
      assert.equal(first.outcome, 'created');
      const again = await create();
      assert.deepEqual(again, { outcome: 'exists', ref: refOf(first) });
    });

    test('two at once leave one', async () => {
      const { create } = await opened();
      const both = await Promise.all([create(), create()]);
      assert.ok(both.some(({ outcome }) => outcome === 'created'));
      const after = await create();
      assert.equal(after.outcome, 'exists');
    });

    test('what else stands in its place is a conflict, and is left alone', async (t) => {
      const { create, disturb } = await opened();
      if (disturb === undefined) return t.diagnostic('nothing else can stand there');
      await disturb();
      const answer = await create();
      assert.equal(answer.outcome, 'conflict');
    });
  });
}

export function refOf(creation: Creation) {
  if (creation.outcome === 'conflict') throw new Error(creation.problem);
  return creation.ref;
}
