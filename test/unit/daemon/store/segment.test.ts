import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { encodeSegment, headOf, readSegment, recordBytes, recordsOf } from '../../../../daemon/store/segment.ts';
import { SegmentCache } from '../../../../daemon/store/segment-cache.ts';
import { placeKey } from '../../../../daemon/store/tables.ts';
import { batchOf, LOG } from '../../../fakes/batches.ts';

const plain = (bytes: readonly Uint8Array[]) => bytes.map((each) => Buffer.from(each).toString());

describe('store / segment', () => {
  const key = placeKey(LOG, 4);
  const batch = { ...batchOf(4, 7), records: [Buffer.from('one'), Buffer.alloc(0), Buffer.from('drei ü')] };
  const segment = readSegment(key, encodeSegment(batch).value);

  test('gives back what was written', () => {
    assert.deepEqual([segment.from, segment.end], [4, 7]);
    assert.deepEqual(plain(recordsOf(segment)), ['one', '', 'drei ü']);
    const { origin, epoch, length, hash, signature } = headOf(key, segment);
    assert.deepEqual({ origin, epoch, length }, { ...LOG, length: 7 });
    assert.deepEqual(plain([hash, signature]), plain([batch.head.hash, batch.head.signature]));
  });

  test('a part of it', () => {
    assert.deepEqual(plain(recordsOf(segment, 6)), ['drei ü']);
    assert.deepEqual(plain(recordsOf(segment, 4, 6)), ['one', '']);
    assert.deepEqual([recordBytes(segment), recordBytes(segment, 5)], [10, 7]);
  });

  test('one that is cut is an error, wherever it is cut', () => {
    const { value } = encodeSegment(batch);
    for (let length = 0; length < value.length; length++) {
      assert.throws(() => recordsOf(readSegment(key, value.subarray(0, length))), RangeError, `${length}`);
    }
  });
});

describe('store / segment cache', () => {
  const of = (from: number, end: number, bytes = 10) => ({ from, end, value: Buffer.alloc(bytes) });

  test('finds the segment that holds a place, in whatever order they came', () => {
    const cache = new SegmentCache(1_000);
    for (const segment of [of(10, 12), of(0, 4), of(4, 5)]) cache.add('a', segment);
    const found = [0, 3, 4, 5, 9, 10, 11, 12].map((place) => cache.holding('a', place)?.from);
    assert.deepEqual(found, [0, 0, 4, undefined, undefined, 10, 10, undefined]);
    assert.equal(cache.holding('b', 0), undefined);
  });

  test('forgets what came first, and never the last', () => {
    const cache = new SegmentCache(25);
    cache.add('a', of(5, 6));
    cache.add('b', of(0, 1));
    cache.add('a', of(0, 1));
    assert.deepEqual(
      [cache.holding('a', 5), cache.holding('b', 0)?.from, cache.holding('a', 0)?.from],
      [undefined, 0, 0],
    );
    cache.add('a', of(1, 2, 5_000));
    assert.deepEqual(
      [cache.holding('a', 0), cache.holding('b', 0), cache.holding('a', 1)?.end],
      [undefined, undefined, 2],
    );
  });

  test('one that is added again is held once', () => {
    const cache = new SegmentCache(25);
    for (let i = 0; i < 5; i++) cache.add('a', of(0, 1));
    cache.add('a', of(1, 2));
    assert.deepEqual([cache.holding('a', 0)?.from, cache.holding('a', 1)?.from], [0, 1]);
  });
});
