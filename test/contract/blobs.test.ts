import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openStore } from '../../daemon/store/level.ts';
import { BLOB_PART_BYTES, blobNameOf } from '../../protocols/blob.ts';
import type { BlobStore } from '../../roles/ports/blobs.ts';
import { MemoryBlobs } from '../fakes/memory-blobs.ts';
import { eventId } from '../fakes/records.ts';
import { silentLogger } from '../fakes/runtime-lite.ts';

const bodyOf = (bytes: number) => Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8)) % 251));
const noteOf = (body: Uint8Array) => ({ at: 1_700_000_000_000, bytes: body.length, eventId: eventId(1) });

/** What every store of blobs does: run on the fake and on LevelDB. */
function blobSuite(name: string, open: () => Promise<{ readonly blobs: BlobStore; close(): Promise<void> }>): void {
  describe(`blobs / ${name}`, () => {
    for (const bytes of [0, 1, BLOB_PART_BYTES, BLOB_PART_BYTES + 1, 3 * BLOB_PART_BYTES]) {
      test(`${bytes} bytes come back`, async () => {
        const { blobs, close } = await open();
        const body = bodyOf(bytes);
        const blob = blobNameOf(body);
        assert.equal(await blobs.get(blob), undefined);
        await blobs.put(blob, body, noteOf(body));
        assert.equal(Buffer.compare((await blobs.get(blob)) ?? Buffer.from('none'), body), 0);
        await close();
      });
    }

    test('it is noted once, whoever brings it, and gone when it is removed', async () => {
      const { blobs, close } = await open();
      const [one, two] = [bodyOf(10), bodyOf(20)];
      await blobs.put(blobNameOf(one), one, noteOf(one));
      await blobs.put(blobNameOf(one), one, { ...noteOf(one), at: 5 });
      await blobs.put(blobNameOf(two), two, noteOf(two));
      const notes = new Map(await blobs.notes());
      assert.deepEqual([notes.size, notes.get(blobNameOf(one))], [2, noteOf(one)]);
      await blobs.remove([blobNameOf(one)]);
      assert.equal(await blobs.get(blobNameOf(one)), undefined);
      assert.deepEqual(await blobs.notes(), [[blobNameOf(two), noteOf(two)]]);
      assert.ok(await blobs.get(blobNameOf(two)));
      await close();
    });
  });
}

blobSuite('memory', async () => ({ blobs: new MemoryBlobs(), close: async () => {} }));
blobSuite('level', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-blobs-'));
  const store = await openStore({ dir }, { runtime: { log: silentLogger } });
  const close = async () => {
    await store.close();
    await rm(dir, { recursive: true });
  };
  return { blobs: store.blobs, close };
});
