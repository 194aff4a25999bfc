import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Stream } from '@libp2p/interface';
import { hasCode } from '../../protocols/errors.ts';
import { LIMITS, PROTOCOLS } from '../../protocols/names.ts';
import type { Link, LinkHandler } from '../../roles/ports/links.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newKey, newNode, stopEverything, type TestNode } from './mesh-of.ts';
import { assertNothingUncaught } from './process-watch.ts';
import { ended, type RawPeer, rawPeer } from './raw-peer.ts';

/** What the serving side of a link saw. */
interface Served {
  readonly link: Link;
  readonly frames: Uint8Array[];
  closed: number;
}

const MIB = 1024 * 1024;
let nodes: readonly [TestNode, TestNode];
let raw: RawPeer;
const served: Served[] = [];
/** Replaced by the test that wants a slow reader. */
let work: (frame: Uint8Array) => Promise<void> | undefined = () => undefined;

before(async () => {
  nodes = [await newNode(), await newNode()];
  const [, server] = nodes;
  server.mesh.serve(PROTOCOLS.log, (link) => {
    const one: Served = { link, frames: [], closed: 0 };
    served.push(one);
    return {
      frame: (bytes) => {
        one.frames.push(bytes);
        return work(bytes);
      },
      closed: () => {
        one.closed++;
      },
    };
  });
  await join(nodes);
  raw = await rawPeer(await newKey());
  introduce(nodes, [raw.peer]);
});

after(stopEverything);
after(assertNothingUncaught);

const silent: LinkHandler = { frame: () => undefined, closed: () => undefined };

async function openLink(handler: LinkHandler = silent): Promise<{ link: Link; other: Served }> {
  const before = served.length;
  const [client, server] = nodes;
  const link = await client.mesh.open(PROTOCOLS.log, server.peer, handler);
  return { link, other: await waitFor('the stream is served', () => served[before]) };
}

test('mesh / link / frames of every size arrive whole and in order, both ways', async () => {
  const back: number[] = [];
  const { link, other } = await openLink({ frame: (bytes) => void back.push(bytes.length), closed: () => undefined });
  const sizes = [0, 1, 3, 4, 5, 1_000, 65_535, 65_536, 300_000, LIMITS.frameBytes, 2];
  // An empty frame carries nothing and is not delivered.
  const expected = sizes.filter((size) => size > 0);
  await Promise.all(sizes.map((size, i) => link.send(new Uint8Array(size).fill(i))));
  await waitFor('all frames', () => other.frames.length === expected.length);
  assert.deepEqual(
    other.frames.map(({ length }) => length),
    expected,
  );
  assert.ok(other.frames.every((frame) => new Set(frame).size === 1));
  for (const size of expected) await other.link.send(new Uint8Array(size));
  await waitFor('all frames back', () => back.length === expected.length);
  assert.deepEqual(back, expected);
  link.close('done');
});

test('mesh / link / closing tells each side exactly once, and a closed link refuses to send', async () => {
  let closed = 0;
  const { link, other } = await openLink({ frame: () => undefined, closed: () => void closed++ });
  await link.send(Buffer.from('last words'));
  link.close('done');
  link.close('again');
  await waitFor('the other side', () => other.closed > 0);
  other.link.close('too');
  assert.equal(Buffer.from(other.frames[0] ?? []).toString(), 'last words');
  assert.deepEqual([closed, other.closed], [1, 1]);
  await assert.rejects(link.send(Buffer.from('x')), (error) => hasCode(error, 'peer-unreachable'));
  await assert.rejects(other.link.send(Buffer.from('x')), (error) => hasCode(error, 'peer-unreachable'));
});

test('mesh / link / a frame over the limit is refused before it is sent', async () => {
  const { link, other } = await openLink();
  const tooLarge = new Uint8Array(LIMITS.frameBytes + 1);
  await assert.rejects(link.send(tooLarge), (error) => hasCode(error, 'record-too-large'));
  await link.send(Buffer.from('still open'));
  await waitFor('the next frame', () => other.frames.length === 1);
  link.close('done');
});

test('mesh / link / a handler that throws, or whose promise fails, closes this link only', async () => {
  const bystander = await openLink();
  for (const fail of [
    () => {
      throw new Error('sync');
    },
    () => Promise.reject(new Error('async')),
  ]) {
    const { link, other } = await openLink();
    work = fail;
    await link.send(Buffer.from('bad'));
    await waitFor('the link is closed', () => other.closed === 1);
    work = () => undefined;
    await waitFor('the sender knows', async () => {
      return await link.send(Buffer.from('x')).then(
        () => false,
        () => true,
      );
    });
  }
  await bystander.link.send(Buffer.from('fine'));
  await waitFor('the bystander', () => bystander.other.frames.length === 1);
  bystander.link.close('done');
});

test('mesh / link / a slow handler bounds what the sender holds, and nothing is lost or reordered', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  work = () => gate;
  const { link, other } = await openLink();
  const frame = 256 * 1024;
  const total = 200;
  let accepted = 0;
  const sending = (async () => {
    for (let i = 0; i < total; i++) {
      const bytes = Buffer.alloc(frame);
      bytes.writeUInt32BE(i);
      await link.send(bytes);
      accepted++;
    }
  })();
  let [seen, still] = [-1, 0];
  await waitFor('the sender stands still', () => {
    still = seen === accepted ? still + 1 : 0;
    seen = accepted;
    return still > 10;
  });
  assert.equal(other.frames.length, 1, 'the handler works at one frame');
  assert.ok(accepted * frame < 16 * MIB, `${accepted} of ${total} frames were taken`);
  open();
  await sending;
  await waitFor('all frames', () => other.frames.length === total);
  assert.deepEqual(
    other.frames.map((bytes) => Buffer.from(bytes).readUInt32BE()),
    Array.from({ length: total }, (_, i) => i),
  );
  work = () => undefined;
  link.close('done');
});

test('mesh / link / a peer that reads nothing bounds what the sender holds', async () => {
  const [client] = nodes;
  await raw.libp2p.handle(PROTOCOLS.log, (stream) => stream.pause());
  await raw.connect(client);
  await waitFor('the raw peer is connected', () => client.mesh.connected().includes(raw.peer));
  const link = await client.mesh.open(PROTOCOLS.log, raw.peer, silent);
  let accepted = 0;
  const sending = (async () => {
    while (accepted < 200) {
      await link.send(new Uint8Array(256 * 1024));
      accepted++;
    }
  })();
  sending.catch(() => undefined);
  let [seen, still] = [-1, 0];
  await waitFor('the sender stands still', () => {
    still = seen === accepted ? still + 1 : 0;
    seen = accepted;
    return still > 10;
  });
  assert.ok(accepted * 256 * 1024 < 16 * MIB, `${accepted} of 200 frames were taken`);
  link.close('done');
  await assert.rejects(sending, (error) => hasCode(error, 'peer-unreachable'));
  await raw.libp2p.unhandle(PROTOCOLS.log);
});

test('mesh / link / what was sent before the other side closed is still delivered to a slow handler', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  work = () => gate;
  const { link, other } = await openLink();
  for (let i = 0; i < 20; i++) await link.send(Buffer.alloc(1_000, i));
  link.close('done');
  await waitFor('the first frame', () => other.frames.length === 1);
  open();
  await waitFor('the end', () => other.closed === 1);
  assert.equal(other.frames.length, 20);
  work = () => undefined;
});

test('mesh / link / opening to a peer that is away fails as unreachable, also when it serves no such protocol', async () => {
  const [client, server] = nodes;
  const stranger = await newNode();
  const away = client.mesh.open(PROTOCOLS.log, stranger.peer, silent);
  await assert.rejects(away, (error) => hasCode(error, 'peer-unreachable'));
  const unserved = client.mesh.open(PROTOCOLS.dispatch, server.peer, silent);
  await assert.rejects(unserved, (error) => hasCode(error, 'peer-unreachable'));
});

test('mesh / link / serving twice, or after the start, is a bug that is told', () => {
  const [client, server] = nodes;
  assert.throws(() => client.mesh.serve(PROTOCOLS.log, () => silent), /has started/);
  assert.throws(() => server.mesh.serve(PROTOCOLS.log, () => silent), /cannot be served/);
});

test('mesh / link / more streams than the limit are reset, the first ones live on', async () => {
  const [, server] = nodes;
  const connection = await raw.connect(server);
  const before = served.length;
  const opened: Stream[] = [];
  for (let i = 0; i < 12; i++) opened.push(await connection.newStream(PROTOCOLS.log));
  const alive = opened.slice(0, 8);
  await waitFor('the surplus is reset', () => opened.slice(8).every(({ status }) => status !== 'open'));
  assert.ok(alive.every(({ status }) => status === 'open'));
  for (const stream of alive) stream.send(Uint8Array.of(0, 0, 0, 1, 7));
  await waitFor('the living ones are heard', () => {
    return served.slice(before).filter(({ frames }) => frames.length === 1).length === alive.length;
  });
  for (const stream of alive) await stream.close();
  await Promise.all(alive.map(ended));
});
