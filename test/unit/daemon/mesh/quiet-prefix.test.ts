import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LengthPrefixedDecoder, multiaddrConnectionPair } from '@libp2p/utils';
import { quietPrefix } from '../../../../daemon/mesh/quiet-prefix.ts';

function asks(): never {
  throw new RangeError('the old one was asked');
}

for (const size of [1, 2, 3, 300]) {
  test(`mesh / quiet prefix / messages come out whole from chunks of ${size} bytes`, () => {
    const decoder = new LengthPrefixedDecoder({ lengthDecoder: asks, encodingLength: () => 2 });
    quietPrefix({ decoder });
    const bytes = Buffer.concat([Buffer.of(0, 3), Buffer.from('one'), Buffer.of(1, 4), Buffer.alloc(260, 'x')]);
    const out: number[] = [];
    for (let at = 0; at < bytes.length; at += size) {
      for (const message of decoder.decode(bytes.subarray(at, at + size))) out.push(message.byteLength);
    }
    assert.deepEqual(out, [3, 260]);
  });
}

test('mesh / quiet prefix / a connection without such a decoder is left as it is', () => {
  const [connection] = multiaddrConnectionPair();
  assert.equal(quietPrefix(connection), connection);
  assert.ok(!('decoder' in connection));
});
