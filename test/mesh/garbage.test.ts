import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { Connection, Stream } from '@libp2p/interface';
import { createDispatcher, type MeshDispatcher } from '../../daemon/mesh/dispatcher.ts';
import { decodeFrame, encodeFrame } from '../../protocols/frames.ts';
import { LIMITS, PROTOCOLS, type ProtocolId, TOPICS } from '../../protocols/names.ts';
import { BlobSync } from '../../roles/replica/blob-sync.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newKey, newNode, stopEverything, type TestNode } from './mesh-of.ts';
import { offerOf } from './offers.ts';
import { presenceOf } from './presence-of.ts';
import { assertNothingUncaught } from './process-watch.ts';
import { ended, type RawPeer, rawPeer } from './raw-peer.ts';

let nodes: readonly [TestNode, TestNode];
let dispatcher: MeshDispatcher;
let raw: RawPeer;
let connection: Connection;
let logFrames = 0;
let blobsWanted = 0;
const dispatched: string[] = [];

before(async () => {
  nodes = [await newNode(), await newNode()];
  const [friend, victim] = nodes;
  for (const { mesh, runtime } of nodes) {
    mesh.serve(PROTOCOLS.log, ({ peer }) => ({
      frame: (bytes) => {
        decodeFrame(bytes, peer);
        logFrames++;
      },
      closed: () => undefined,
    }));
    const store = new MemoryBlobs();
    new BlobSync({ store: Object.assign(store, { get: async () => void blobsWanted++ }), mesh, runtime });
    const handler = {
      offer: async () => ({ type: 'accept' as const }),
      note: (from: string) => void dispatched.push(from),
    };
    const one = createDispatcher({}, { mesh, runtime, handler });
    if (mesh === friend.mesh) dispatcher = one;
  }
  raw = await rawPeer(await newKey());
  await join(nodes);
  introduce(nodes, [raw.peer]);
  connection = await raw.connect(victim);
  await waitFor('the raw peer is admitted', () => victim.mesh.connected().includes(raw.peer));
});

after(stopEverything);
after(assertNothingUncaught);

function prefixed(length: number, bytes: Uint8Array = Buffer.alloc(0)): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, bytes]);
}

function framed(frame: Uint8Array): Buffer {
  return prefixed(frame.length, frame);
}

function ofVersion(version: number): Uint8Array {
  const frame = Buffer.from(encodeFrame({ type: 'have', logs: [] }));
  frame.writeUInt8(version, 0);
  return frame;
}

const CASES: readonly {
  readonly id: string;
  readonly bytes: Uint8Array;
  readonly close?: boolean;
  readonly only?: string;
}[] = [
  { id: 'random bytes', bytes: Buffer.concat([Buffer.of(0xff), randomBytes(4_096)]) },
  { id: 'only 0xff, which as a varint would never end', bytes: Buffer.alloc(64, 0xff) },
  { id: 'a huge length', bytes: prefixed(0x7fff_ffff) },
  { id: 'a length one over the limit', bytes: prefixed(LIMITS.frameBytes + 1) },
  { id: 'a frame of random bytes', bytes: framed(randomBytes(64)) },
  { id: 'version 99', bytes: framed(ofVersion(99)) },
  { id: 'version 0', bytes: framed(ofVersion(0)) },
  { id: 'a header that is not JSON', bytes: framed(Buffer.from([1, 0, 0, 0, 2, 0, 0, 0, 0, 0x7b, 0x7b])) },
  { id: 'a header of nothing we know', bytes: framed(encodeFrame({ type: 'hug' })), only: PROTOCOLS.dispatch },
  { id: 'an offer without its fields', bytes: framed(encodeFrame({ type: 'offer', id: 1 })), only: PROTOCOLS.dispatch },
  { id: 'half a frame, then the end', bytes: prefixed(1_000, randomBytes(10)), close: true },
  { id: 'half a length, then the end', bytes: Buffer.of(0, 0), close: true },
  { id: 'nothing, then the end', bytes: Buffer.alloc(0), close: true },
];

for (const protocol of Object.values(PROTOCOLS)) {
  for (const { id, bytes, close = false, only = protocol } of CASES) {
    if (only !== protocol) continue;
    test(`mesh / garbage / ${protocol}: ${id} ends that stream and disturbs nobody`, async () => {
      const [neighbour, stream] = await Promise.all([connection.newStream(protocol), connection.newStream(protocol)]);
      if (bytes.length > 0) stream.send(bytes);
      if (close) await stream.close();
      await ended(stream);
      await assertUndisturbed(protocol, neighbour);
    });
  }
}

/** Something that each protocol takes. */
const SOUND: Readonly<Record<ProtocolId, object>> = {
  [PROTOCOLS.log]: { type: 'have', logs: [] },
  [PROTOCOLS.dispatch]: { type: 'result', eventId: 'github:1', slot: 'a', ok: true },
  [PROTOCOLS.blob]: { type: 'want', name: '0'.repeat(64) },
};

/** The sender's other stream, the connection, and a third node all go on. */
async function assertUndisturbed(protocol: ProtocolId, neighbour: Stream): Promise<void> {
  const [friend, victim] = nodes;
  assert.equal(connection.status, 'open');
  const heard = () => logFrames + dispatched.length + blobsWanted;
  const before = heard();
  neighbour.send(framed(encodeFrame(SOUND[protocol])));
  await waitFor('the neighbour is heard', () => heard() > before);
  assert.deepEqual(await dispatcher.offer(victim.peer, offerOf(1)), { type: 'accept' });
  assert.ok(friend.mesh.connected().includes(victim.peer));
  await neighbour.close();
  assertNothingUncaught();
}

for (const protocol of ['/meshsub/1.2.0', '/ipfs/ping/1.0.0', '/ipfs/id/1.0.0'] as const) {
  test(`mesh / garbage / ${protocol}: random bytes, a huge varint and half a message disturb nobody`, async () => {
    const [, victim] = nodes;
    for (const bytes of [randomBytes(4_096), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07]), Buffer.of(50, 1, 2)]) {
      const stream = await connection.newStream(protocol);
      stream.send(bytes);
      await stream.close().catch(() => undefined);
    }
    assert.deepEqual(await dispatcher.offer(victim.peer, offerOf(2)), { type: 'accept' });
    assert.ok(await nodes[0].mesh.ping(victim.peer));
  });
}

test('mesh / garbage / bytes that are no handshake end that socket only', async () => {
  const [, victim] = nodes;
  const port = Number(/\/tcp\/(\d+)/.exec(victim.mesh.addresses()[0] ?? '')?.[1]);
  for (const bytes of [
    randomBytes(1_024),
    Buffer.from('GET / HTTP/1.1\r\n\r\n'),
    Buffer.from('\x13/multistream/1.0.0\n'),
  ]) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(bytes);
    setTimeout(() => socket.destroy(), 200);
    await closed;
  }
  assert.deepEqual(await dispatcher.offer(victim.peer, offerOf(3)), { type: 'accept' });
});

test('mesh / garbage / gossip still flows between the others, in both directions', async () => {
  const [friend, victim] = nodes;
  const heard = new Set<string>();
  for (const { mesh, peer } of nodes) mesh.onGossip(TOPICS.presence, (from) => heard.add(`${from} to ${peer}`));
  await waitFor('both heard the other', () => {
    friend.mesh.publish(TOPICS.presence, presenceOf(friend.peer));
    victim.mesh.publish(TOPICS.presence, presenceOf(victim.peer));
    return heard.size === 2;
  });
});
