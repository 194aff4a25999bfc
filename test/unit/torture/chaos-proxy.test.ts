import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { waitFor } from '../../support/wait-for.ts';
import { type Chance, chanceOf } from '../../torture/chance.ts';
import { CHAOS, type Chaos, ChaosProxy, type Fate } from '../../torture/chaos-proxy.ts';

/** Answers every byte with the same. */
async function echo(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).pipe(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

const calm: Chaos = { ...CHAOS, lifeMs: 1e9 };

async function through(t: TestContext, chaos: Chaos, chance: Chance = chanceOf(1)) {
  const proxy = new ChaosProxy(await echo(t), { chance, chaos });
  const socket = connect(await proxy.listen(), '127.0.0.1');
  t.after(() => {
    socket.destroy();
    proxy.close();
  });
  const seen = { bytes: 0, closed: false };
  socket.on('data', (chunk) => {
    seen.bytes += chunk.length;
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    seen.closed = true;
  });
  return { proxy, socket, seen };
}

/** What comes next is this. */
const fated = (fate: Fate): Chance => ({ ...chanceOf(1), pick: <T>() => fate as T });

test('torture / chaos proxy / everything passes, in order, whatever its size', async (t) => {
  const { socket } = await through(t, calm);
  const sent = Buffer.from(Array.from({ length: 3_000_000 }, (_, i) => i % 251));
  const got: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => got.push(chunk));
  socket.write(sent);
  await waitFor('all of it', () => got.reduce((sum, { length }) => sum + length, 0) === sent.length);
  assert.ok(Buffer.concat(got).equals(sent));
});

test('torture / chaos proxy / a cut ends both ends', async (t) => {
  const { proxy, seen } = await through(t, { ...CHAOS, lifeMs: 20 }, fated('cut'));
  await waitFor('the end', () => seen.closed);
  assert.equal(proxy.counts.cut, 1);
});

test('torture / chaos proxy / a stall holds everything back and then lets it pass', async (t) => {
  const { proxy, socket, seen } = await through(t, { ...CHAOS, lifeMs: 5, stall: [150, 150] }, fated('stall'));
  await waitFor('a stall', () => proxy.counts.stall > 0);
  proxy.calm();
  socket.write('late');
  await waitFor('what was held back', () => seen.bytes === 4);
});

test('torture / chaos proxy / half: one direction is closed first, then all of it', async (t) => {
  const { proxy, seen } = await through(t, { ...CHAOS, lifeMs: 20, halfOpenMs: 20 }, fated('half'));
  await waitFor('the end', () => seen.closed);
  assert.equal(proxy.counts.half, 1);
});

test('torture / chaos proxy / where nobody listens the caller is hung up on', async (t) => {
  const proxy = new ChaosProxy(1, { chance: chanceOf(1), chaos: calm });
  const socket = connect(await proxy.listen(), '127.0.0.1').on('error', () => undefined);
  t.after(() => proxy.close());
  await once(socket, 'close');
});

test('torture / chaos proxy / once it is calm nothing happens to anybody', async (t) => {
  const { proxy, socket, seen } = await through(t, { ...CHAOS, lifeMs: 50 }, fated('cut'));
  proxy.calm();
  for (let i = 1; i <= 20; i++) {
    socket.write('x');
    await waitFor('an echo', () => seen.bytes === i);
  }
  assert.equal(proxy.counts.cut, 0);
  assert.equal(seen.closed, false);
});
