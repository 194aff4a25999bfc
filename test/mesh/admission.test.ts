import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hasCode } from '../../protocols/errors.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newKey, newNode, stopAll, stopEverything, type TestNode } from './mesh-of.ts';
import { assertNothingUncaught } from './process-watch.ts';
import { rawPeer } from './raw-peer.ts';

after(stopEverything);
after(assertNothingUncaught);

function hasRefused({ lines }: TestNode, reason: string): boolean {
  return lines.some(({ phrase, facts }) => phrase === 'peer refused' && 'reason' in facts && facts.reason === reason);
}

test('mesh / admission / a peer that is not listed is refused, and learns why nobody answers', async () => {
  const [a, b, stranger] = [await newNode(), await newNode(), await newNode()];
  await join([a, b]);
  await stranger.mesh.start();
  stranger.discovery.replace([{ peer: a.peer, addresses: a.mesh.addresses() }]);
  await waitFor('a refuses', () => hasRefused(a, 'unlisted'));
  await waitFor('the stranger knows', () => /is this node in its list/.test(stranger.mesh.links()[0]?.problem ?? ''));
  assert.deepEqual(stranger.mesh.connected(), []);
  assert.deepEqual(a.mesh.connected(), [b.peer]);
  // Listed now: no restart of anyone, the stranger's own dialling brings it in.
  introduce([a, b, stranger]);
  await waitFor('the stranger is in', () => a.mesh.connected().includes(stranger.peer));
});

test('mesh / admission / a peer taken off the list loses its connection', async () => {
  const [a, b] = [await newNode(), await newNode()];
  await join([a, b]);
  a.discovery.replace([]);
  await waitFor('b is out', () => a.mesh.connected().length === 0 && b.mesh.connected().length === 0);
});

test('mesh / admission / another key at a listed address is not taken for the peer', async () => {
  const [a, b] = [await newNode(), await newNode()];
  await Promise.all([a.mesh.start(), b.mesh.start()]);
  const other = await newNode();
  a.discovery.replace([
    { peer: other.peer, addresses: b.mesh.addresses().map((address) => address.replace(/\/p2p\/.*/, '')) },
  ]);
  await waitFor('the dial fails', () => a.mesh.links()[0]?.problem !== undefined);
  assert.deepEqual(a.mesh.connected(), []);
});

test('mesh / admission / addresses outside the networks are refused in and out', async () => {
  const [inside, outside] = [await newNode(), await newNode({ networks: ['10.0.0.0/8'] })];
  await Promise.all([inside.mesh.start(), outside.mesh.start()]);
  introduce([inside, outside]);
  await waitFor('both ways', () => hasRefused(outside, 'outside') && inside.mesh.links()[0]?.problem !== undefined);
  assert.deepEqual([inside.mesh.connected(), outside.mesh.connected()], [[], []]);
});

test('mesh / admission / nodes of different networks do not speak, whatever their lists say', async () => {
  const [here, there] = [await newNode({ network: 'here' }), await newNode({ network: 'there' })];
  await Promise.all([here.mesh.start(), there.mesh.start()]);
  introduce([here, there]);
  await waitFor('both fail', () => [here, there].every(({ mesh }) => mesh.links()[0]?.problem !== undefined));
  assert.deepEqual([here.mesh.connected(), there.mesh.connected()], [[], []]);
});

test('mesh / admission / a peer that knocks all the time fills one log line, not the disk', async () => {
  const node = await newNode();
  await node.mesh.start();
  const raw = await rawPeer(await newKey());
  for (let knocks = 1; knocks <= 10; knocks++) {
    await raw.connect(node).catch(() => undefined);
    await waitFor('it is refused', () => node.counts.get('mindmesh_mesh_refused_total') === knocks);
    await waitFor('the raw peer knows', () => raw.libp2p.getConnections().length === 0);
  }
  assert.equal(node.lines.filter(({ phrase }) => phrase === 'peer refused').length, 1);
});

test('mesh / node / a port in use, an address of another machine: each its error, and nothing stays behind', async () => {
  const first = await newNode();
  await first.mesh.start();
  const port = Number(/\/tcp\/(\d+)/.exec(first.mesh.addresses()[0] ?? '')?.[1]);
  const second = await newNode({ listen: { host: '127.0.0.1', port } });
  await assert.rejects(second.mesh.start(), (error) => {
    return hasCode(error, 'port-in-use') && error.facts.port === port && error.message.includes('peers');
  });
  const elsewhere = await newNode({ listen: { host: '203.0.113.1', port: 0 } });
  await assert.rejects(elsewhere.mesh.start(), (error) => hasCode(error, 'address-unusable'));
  await stopAll([first]);
  const third = await newNode({ listen: { host: '127.0.0.1', port } });
  await third.mesh.start();
});

test('mesh / node / ping is a round trip, to nobody it is unreachable', async () => {
  const [a, b] = [await newNode(), await newNode()];
  await join([a, b]);
  const trips = await Promise.all(Array.from({ length: 6 }, () => a.mesh.ping(b.peer)));
  assert.ok(trips.every((ms) => ms > 0 && ms < 5_000));
  await stopAll([b]);
  await waitFor('b is gone', () => a.mesh.connected().length === 0);
  await assert.rejects(a.mesh.ping(b.peer), (error) => hasCode(error, 'peer-unreachable'));
});
