import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Heads } from '../../../../roles/replica/heads.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';

function headsOf(...ends: readonly [origin: string, epoch: number, length: number, hash?: number][]): Heads {
  const heads = new Heads();
  for (const [origin, epoch, length, hash = length] of ends) {
    const log = { origin: peerNamed(origin), epoch: epochNumber(epoch) };
    heads.load({ ...log, length, hash: Buffer.alloc(32, hash), signature: Buffer.alloc(64) });
  }
  return heads;
}

describe('replica / heads / digest', () => {
  test('the newest epoch of each origin is listed, the others are told by one digest', () => {
    const { open, closed } = headsOf(['a', 1, 3], ['b', 1, 4], ['a', 2, 5], ['a', 3, 1]).digest();
    const brief = (ends: typeof open) => ends.map(([origin, epoch, length]) => [origin, epoch, length]);
    assert.deepEqual(brief(open), [
      [peerNamed('a'), epochNumber(3), 1],
      [peerNamed('b'), epochNumber(1), 4],
    ]);
    assert.deepEqual(brief(closed), [
      [peerNamed('a'), epochNumber(1), 3],
      [peerNamed('a'), epochNumber(2), 5],
    ]);
  });

  test('it is the same in whatever order logs came, and whatever open ones hold', () => {
    const one = headsOf(['a', 1, 3], ['a', 2, 5], ['b', 1, 4]).digest().hash;
    assert.equal(headsOf(['b', 1, 9], ['a', 2, 6], ['a', 1, 3]).digest().hash, one);
  });

  const others: { id: string; heads: Heads }[] = [
    { id: 'another length', heads: headsOf(['a', 1, 4, 3], ['a', 2, 5]) },
    { id: 'another end of the same length', heads: headsOf(['a', 1, 3, 9], ['a', 2, 5]) },
    { id: 'one more', heads: headsOf(['a', 1, 3], ['a', 2, 5], ['a', 3, 1]) },
    { id: 'one less', heads: headsOf(['a', 2, 5]) },
  ];
  for (const { id, heads } of others) {
    test(`it differs with ${id}`, () => {
      assert.notEqual(heads.digest().hash, headsOf(['a', 1, 3], ['a', 2, 5]).digest().hash);
    });
  }
});
