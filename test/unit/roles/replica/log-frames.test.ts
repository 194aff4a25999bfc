import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { hasCode } from '../../../../protocols/errors.ts';
import { decodeFrame, encodeFrame } from '../../../../protocols/frames.ts';
import type { Stored } from '../../../../protocols/log-sync.ts';
import { decodeLogFrame, encodeMore } from '../../../../roles/replica/log-frames.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';

const WRITER = peerNamed('writer');
const STORED: Stored = [[WRITER, epochNumber(1), 7]];

describe('replica / log frames', () => {
  test('a word for one more says what is stored, and comes back as it was', () => {
    assert.deepEqual(decodeLogFrame(encodeMore(STORED), WRITER), { type: 'more', stored: STORED, enough: [] });
  });

  test('a reader of the build before says nothing of it, and that is no claim', () => {
    assert.deepEqual(decodeLogFrame(encodeFrame({ type: 'more' }), WRITER), { type: 'more', stored: [], enough: [] });
  });

  test('a writer of the build before reads past it', () => {
    const before = z.object({ type: z.literal('more') });
    assert.deepEqual(before.parse(decodeFrame(encodeMore(STORED), WRITER).header), { type: 'more' });
  });

  const wrong: { id: string; stored: unknown }[] = [
    { id: 'a length below zero', stored: [[WRITER, epochNumber(1), -1]] },
    { id: 'a length that is none', stored: [[WRITER, epochNumber(1), '7']] },
    { id: 'no peer', stored: [['somebody', epochNumber(1), 7]] },
    { id: 'no epoch', stored: [[WRITER, 'yesterday', 7]] },
    { id: 'no list', stored: 'everything' },
    { id: 'a list without end', stored: Array.from({ length: 1_000 }, () => STORED[0]) },
  ];
  for (const { id, stored } of wrong) {
    test(`${id} is refused`, () => {
      assert.throws(
        () => decodeLogFrame(encodeFrame({ type: 'more', stored }), WRITER),
        (error) => hasCode(error, 'frame-malformed'),
      );
    });
  }
});
