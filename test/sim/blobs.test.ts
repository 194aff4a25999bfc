import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BLOB_PART_BYTES, blobNameOf, MAX_BLOB_BYTES } from '../../protocols/blob.ts';
import { encodeFrame } from '../../protocols/frames.ts';
import { PROTOCOLS } from '../../protocols/names.ts';
import { BlobSync } from '../../roles/replica/blob-sync.ts';
import { peerNamed } from '../fakes/cards.ts';
import { FakeNetwork } from '../fakes/fake-mesh.ts';
import { type ManualRuntime, manualRuntime, settled } from '../fakes/manual-runtime.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { eventId } from '../fakes/records.ts';

const EVENT = eventId(1);
const BODY = Buffer.alloc(2 * BLOB_PART_BYTES + 7, 'mesh');
const NAME = blobNameOf(BODY);

interface Node {
  readonly blobs: BlobSync;
  readonly store: MemoryBlobs;
  readonly runtime: ManualRuntime;
}

function meshOf(...names: readonly string[]) {
  const network = new FakeNetwork();
  const nodes = names.map((name): Node => {
    const [store, runtime] = [new MemoryBlobs(), manualRuntime()];
    return { store, runtime, blobs: new BlobSync({ store, mesh: network.mesh(peerNamed(name)), runtime }) };
  });
  network.connectAll(names.map(peerNamed));
  return { network, nodes: nodes as [Node, Node, Node] };
}

/** A node that answers every question with these frames. */
function lies(network: FakeNetwork, name: string, frames: readonly Uint8Array[]): void {
  network.mesh(peerNamed(name)).serve(PROTOCOLS.blob, (link) => ({
    frame: async () => {
      for (const frame of frames) await link.send(frame);
    },
    closed: () => {},
  }));
}

const part = (body: Uint8Array, index: number, count: number) => encodeFrame({ type: 'part', index, count }, [body]);

describe('sim / blobs', () => {
  test('a body is pulled from whoever has it, once, and is here then', async () => {
    const { network, nodes } = meshOf('a', 'b', 'c');
    const [a, b, c] = nodes;
    assert.equal(await c.blobs.keep(BODY, EVENT), NAME);
    const both = await Promise.all([a.blobs.get(NAME, EVENT), a.blobs.get(NAME, EVENT)]);
    assert.ok(both.every((body) => Buffer.compare(body, BODY) === 0));
    assert.equal((await a.store.notes()).length, 1);
    const { frames } = network;
    await a.blobs.get(NAME, EVENT);
    assert.equal(network.frames, frames);
    assert.equal(await b.store.get(NAME), undefined);
  });

  test('a body that nobody at hand has is a clear error, and is there once somebody comes who has it', async () => {
    const { network, nodes } = meshOf('a', 'b', 'c');
    const [a, , c] = nodes;
    await c.blobs.keep(BODY, EVENT);
    network.cut(peerNamed('a'), peerNamed('c'));
    await assert.rejects(a.blobs.get(NAME, EVENT), { code: 'blob-missing' });
    network.connect(peerNamed('a'), peerNamed('c'));
    assert.equal((await a.blobs.get(NAME, EVENT)).length, BODY.length);
  });

  test('one that is too large is refused', async () => {
    const { nodes } = meshOf('a');
    await assert.rejects(nodes[0].blobs.keep(Buffer.alloc(MAX_BLOB_BYTES + 1), EVENT), { code: 'blob-too-large' });
  });

  const bad: { id: string; frames: readonly Uint8Array[] }[] = [
    { id: 'another body', frames: [part(Buffer.from('other'), 0, 1)] },
    { id: 'parts in another order', frames: [part(BODY.subarray(0, BLOB_PART_BYTES), 1, 3)] },
    { id: 'a part that is too large', frames: [part(BODY.subarray(0, BLOB_PART_BYTES + 1), 0, 3)] },
    { id: 'more parts than a blob has', frames: [part(Buffer.from('x'), 0, 1_000)] },
    { id: 'a question', frames: [encodeFrame({ type: 'want', name: NAME })] },
    { id: 'a part without bytes of its own', frames: [encodeFrame({ type: 'part', index: 0, count: 1 })] },
    { id: 'garbage', frames: [Buffer.from('garbage')] },
  ];
  for (const { id, frames } of bad) {
    test(`a peer that sends ${id} is passed over`, async () => {
      const { network, nodes } = meshOf('a', 'b', 'c');
      const [a, , c] = nodes;
      lies(network, 'b', frames);
      await c.blobs.keep(BODY, EVENT);
      assert.equal((await a.blobs.get(NAME, EVENT)).length, BODY.length);
      assert.deepEqual(
        a.runtime.lines.map(({ phrase }) => phrase),
        ['blob not pulled'],
      );
    });
  }

  test('a peer that sends nothing is given half a minute', async () => {
    const { network, nodes } = meshOf('a', 'b', 'c');
    const [a, , c] = nodes;
    lies(network, 'b', []);
    await c.blobs.keep(BODY, EVENT);
    const pulled = a.blobs.get(NAME, EVENT);
    await settled();
    await a.runtime.advance(30_000);
    assert.equal((await pulled).length, BODY.length);
  });
});
