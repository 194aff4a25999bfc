import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameCutter, withPrefixes } from '../../../../daemon/mesh/frame-cutter.ts';

const LIMITS = { frameBytes: 1_000, bufferedBytes: 2_000 };
const FRAMES = [Buffer.from('one'), Buffer.alloc(300, 'x'), Buffer.from('z')];

for (const size of [1, 2, 3, 4, 5, 7, 100, 1_000]) {
  test(`mesh / frame cutter / frames come out whole from chunks of ${size} bytes`, () => {
    const bytes = withPrefixes(FRAMES);
    const cutter = new FrameCutter(LIMITS);
    const out: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) out.push(...cutter.take(bytes.subarray(at, at + size)));
    assert.deepEqual(
      out.map((frame) => Buffer.from(frame).toString()),
      FRAMES.map((frame) => frame.toString()),
    );
  });
}

test('mesh / frame cutter / an empty frame is left out', () => {
  const frames = new FrameCutter(LIMITS).take(withPrefixes([Buffer.alloc(0), Buffer.from('a')]));
  assert.deepEqual(frames.map(String), ['a']);
});

test('mesh / frame cutter / a frame that is too long is refused by its prefix alone', () => {
  const prefix = withPrefixes([Buffer.alloc(1_001)]).subarray(0, 4);
  assert.throws(() => new FrameCutter(LIMITS).take(prefix), RangeError);
});

test('mesh / frame cutter / more than the buffer holds is refused', () => {
  const cutter = new FrameCutter({ ...LIMITS, frameBytes: 10_000 });
  cutter.take(withPrefixes([Buffer.alloc(5_000)]).subarray(0, 1_900));
  assert.throws(() => cutter.take(Buffer.alloc(200)), RangeError);
});
