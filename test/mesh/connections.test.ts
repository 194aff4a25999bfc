import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, test } from 'node:test';
import { multiaddr } from '@multiformats/multiaddr';
import { createIdentity } from '../../daemon/mesh/ed25519.ts';
import { PROTOCOLS, TOPICS } from '../../protocols/names.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Gate, gateBefore } from './gate.ts';
import { introduce, join, newKey, newNode, stopAll, stopEverything, type TestNode } from './mesh-of.ts';
import { presenceOf } from './presence-of.ts';
import { assertNothingUncaught } from './process-watch.ts';
import { type RawPeer, rawPeer } from './raw-peer.ts';

after(stopEverything);
after(assertNothingUncaught);

/** Two nodes, the smaller peer id first, each behind a gate, dialling one another. */
async function dialAtOnce(): Promise<{
  smaller: TestNode;
  larger: TestNode;
  gates: readonly [Gate, Gate];
  lost: string[];
}> {
  const [a, b] = [await newNode(), await newNode()];
  const [smaller, larger] = a.peer < b.peer ? [a, b] : [b, a];
  const lost: string[] = [];
  for (const { mesh } of [a, b]) mesh.onPeer((peer, connected) => void (connected || lost.push(peer)));
  await Promise.all([a.mesh.start(), b.mesh.start()]);
  const gates = [
    await gateBefore(smaller.mesh.addresses()[0] ?? ''),
    await gateBefore(larger.mesh.addresses()[0] ?? ''),
  ] as const;
  const known = [
    { peer: smaller.peer, addresses: [gates[0].address] },
    { peer: larger.peer, addresses: [gates[1].address] },
  ];
  for (const { discovery } of [a, b]) discovery.replace(known);
  await waitFor('both have dialled', () => gates.every((gate) => gate.waiting() === 1));
  return { smaller, larger, gates, lost };
}

async function assertGossipBothWays(nodes: readonly TestNode[]): Promise<void> {
  const heard = new Set<string>();
  for (const { mesh, peer } of nodes) mesh.onGossip(TOPICS.presence, (from) => heard.add(`${from} to ${peer}`));
  await waitFor('gossip both ways', () => {
    for (const { mesh, peer } of nodes) mesh.publish(TOPICS.presence, presenceOf(peer));
    return heard.size === nodes.length * (nodes.length - 1);
  });
}

test('mesh / connections / both dial at once: one connection stays, and nobody sees the other leave', async () => {
  const { smaller, larger, gates, lost } = await dialAtOnce();
  for (const gate of gates) gate.open();
  await waitFor('connected', () => [smaller, larger].every(({ mesh }) => mesh.connected().length === 1));
  const open = () => gates[0].connected() + gates[1].connected();
  await waitFor('one is left', () => open() === 1);
  await assertGossipBothWays([smaller, larger]);
  assert.equal(open(), 1);
  assert.deepEqual(lost, []);
});

test('mesh / connections / who came in first makes the other end its own dial', async () => {
  const { smaller, larger, gates, lost } = await dialAtOnce();
  gates[0].open();
  await waitFor('connected by the larger', () => [smaller, larger].every(({ mesh }) => mesh.connected().length === 1));
  await waitFor('the smaller one gave up', () => gates[1].waiting() === 0);
  gates[1].open();
  await assertGossipBothWays([smaller, larger]);
  assert.deepEqual([gates[0].connected(), gates[1].connected()], [1, 0]);
  assert.deepEqual(lost, []);
});

test('mesh / connections / of two that crossed the one that the smaller peer id opened stays', async () => {
  const node = await newNode();
  let key = await newKey();
  while (createIdentity(key).peer < node.peer) key = await newKey();
  const raw = await rawPeer(key);
  await node.mesh.start();
  node.discovery.replace([{ peer: raw.peer, addresses: raw.libp2p.getMultiaddrs().map(String) }]);
  await waitFor('the node dialled', () => node.mesh.connected().includes(raw.peer));
  await raw.libp2p.dial(multiaddr(node.mesh.addresses()[0]), { force: true });
  await waitFor('one is left', () => raw.libp2p.getConnections().length === 1);
  assert.equal(raw.libp2p.getConnections()[0]?.direction, 'inbound');
});

test('mesh / connections / a peer that opens many keeps one, whichever id is the smaller', async () => {
  const nodes = await Promise.all(Array.from({ length: 4 }, () => newNode()));
  const raw = await rawPeer(await newKey());
  await join(nodes);
  introduce(nodes, [raw.peer]);
  for (const { mesh, peer } of nodes) {
    for (let i = 0; i < 10; i++) await raw.libp2p.dial(multiaddr(mesh.addresses()[0]), { force: true });
    const open = () => raw.libp2p.getConnections().filter(({ remotePeer }) => remotePeer.toString() === peer);
    await waitFor('one is left', () => open().length === 1 && mesh.connected().includes(raw.peer));
  }
});

test('mesh / connections / ten nodes that start at once find one another', async () => {
  const nodes = await Promise.all(Array.from({ length: 10 }, () => newNode()));
  await join(nodes);
  await assertGossipBothWays(nodes);
  await stopAll(nodes);
});

const CYCLES = 25;

/** Ways to come and go, each as unkind as the wire allows. */
const VISITS: readonly ((raw: RawPeer, node: TestNode) => Promise<void>)[] = [
  async (raw, node) => (await raw.connect(node)).abort(new Error('gone')),
  async (raw, node) => (await raw.connect(node)).close(),
  async (raw, node) => {
    const connection = await raw.connect(node);
    const opening = Array.from({ length: 5 }, () => connection.newStream(PROTOCOLS.log));
    connection.abort(new Error('gone'));
    await Promise.allSettled(opening);
  },
  async (raw, node) => {
    const connection = await raw.connect(node);
    const stream = await connection.newStream(PROTOCOLS.log);
    stream.send(new Uint8Array(100_000));
    connection.abort(new Error('gone'));
  },
];

test('mesh / storm / a hundred cycles of connecting and closing leave the node well', async () => {
  const [node, friend] = [await newNode(), await newNode()];
  node.mesh.serve(PROTOCOLS.log, () => ({ frame: () => undefined, closed: () => undefined }));
  await join([node, friend]);
  const raws = await Promise.all(VISITS.map(async () => rawPeer(await newKey())));
  const peers = raws.map(({ peer }) => peer);
  introduce([node, friend], peers);
  let [came, left] = [0, 0];
  node.mesh.onPeer((_peer, connected) => void (connected ? came++ : left++));
  const storm = raws.map(async (raw, i) => {
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      await VISITS[i]?.(raw, node);
      await waitFor('it is gone', () => raw.libp2p.getConnections().length === 0);
    }
  });
  await Promise.all(storm);
  await waitFor('the storm is over', () => !peers.some((peer) => node.mesh.connected().includes(peer)));
  assert.equal(came, left);
  await Promise.all(raws.map((raw) => raw.connect(node)));
  await waitFor('they may still come', () => peers.every((peer) => node.mesh.connected().includes(peer)));
  await assertGossipBothWays([node, friend]);
  assertNothingUncaught();
});

test('mesh / storm / sockets that close in the middle of the handshake leave the node well', async () => {
  const [node, friend] = [await newNode(), await newNode()];
  await join([node, friend]);
  const port = Number(/\/tcp\/(\d+)/.exec(node.mesh.addresses()[0] ?? '')?.[1]);
  for (let cycle = 0; cycle < 100; cycle++) {
    const socket = connect(port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    if (cycle % 2 === 0) socket.once('data', () => socket.resetAndDestroy());
    else socket.once('connect', () => socket.resetAndDestroy());
    socket.write('\x13/multistream/1.0.0\n\x07/noise\n');
    await closed;
  }
  await assertGossipBothWays([node, friend]);
  assertNothingUncaught();
});
