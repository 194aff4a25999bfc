import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { multiaddrConnectionPair } from '@libp2p/utils';
import { gathered } from '../../daemon/mesh/gathered-writes.ts';

/** A connection whose writes are gathered, and what the one below it was given to write. */
function watchedPair() {
  const [here, there] = multiaddrConnectionPair();
  const writes: string[] = [];
  const send = here.send.bind(here);
  here.send = (data) => {
    writes.push(Buffer.from(data.subarray()).toString());
    return send(data);
  };
  return { here: gathered(here), there, writes };
}

test('mesh / gathered writes / what is sent in one turn is one write, in its order', async () => {
  const { here, writes } = watchedPair();
  for (const text of ['one ', 'two ', 'three']) here.send(Buffer.from(text));
  await turn();
  here.send(Buffer.from('later'));
  await turn();
  assert.deepEqual(writes, ['one two three', 'later']);
});

test('mesh / gathered writes / a full message does not wait for the end of the turn', () => {
  const { here, writes } = watchedPair();
  here.send(Buffer.alloc(64 * 1024, 'x'));
  assert.equal(writes.length, 1);
});

test('mesh / gathered writes / what waits when it is closed arrives before the end', async () => {
  const { here, there } = watchedPair();
  const arrived: string[] = [];
  there.addEventListener('message', ({ data }) => arrived.push(Buffer.from(data.subarray()).toString()));
  const closed = once(there, 'close');
  here.send(Buffer.from('good-bye'));
  await here.close();
  await closed;
  assert.deepEqual(arrived, ['good-bye']);
});

test('mesh / gathered writes / what waits when it breaks is dropped, and the sender of the next is told', async () => {
  const { here, writes } = watchedPair();
  here.send(Buffer.from('lost'));
  here.abort(new Error('broken'));
  await turn();
  assert.deepEqual(writes, []);
  assert.throws(() => here.send(Buffer.from('late')), { name: 'StreamStateError' });
});
