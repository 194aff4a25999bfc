import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamMuxer } from '@libp2p/interface';
import { multiaddrConnectionPair } from '@libp2p/utils';
import { yamux } from '@libp2p/yamux';
import { guardedYamux } from '../../daemon/mesh/guarded-yamux.ts';
import { newNode } from './mesh-of.ts';

/** A muxer whose connection has begun to close, but has not told it yet: the moment that ends the process. */
function muxerOnClosing(factory: ReturnType<typeof guardedYamux>): StreamMuxer {
  const [connection] = multiaddrConnectionPair();
  const muxer = factory().createStreamMuxer(connection);
  connection.close().catch(() => undefined);
  assert.equal(muxer.status, 'open');
  return muxer;
}

test('mesh / guarded yamux / plain yamux throws when it says good-bye on a closing connection', () => {
  // If this fails, libp2p has mended it and the guard may go.
  assert.throws(() => muxerOnClosing(yamux()).abort(new Error('storm')), { name: 'StreamStateError' });
});

test('mesh / guarded yamux / the guarded one does not, and tells what it dropped', async () => {
  const { runtime, lines } = await newNode();
  const muxer = muxerOnClosing(guardedYamux(runtime.log));
  muxer.abort(new Error('storm'));
  assert.equal(muxer.status, 'closed');
  assert.ok(lines.some(({ phrase }) => phrase === 'write to a closed connection dropped'));
});
