import { type BlobName, blobNameOf } from '../../protocols/blob.ts';
import type { BlobNote, BlobStore, Blobs } from '../../roles/ports/blobs.ts';

/** Blobs in memory. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<BlobName, { readonly bytes: Uint8Array; readonly note: BlobNote }>();

  async put(name: BlobName, bytes: Uint8Array, note: BlobNote): Promise<void> {
    if (!this.#blobs.has(name)) this.#blobs.set(name, { bytes: Uint8Array.from(bytes), note });
  }

  async get(name: BlobName): Promise<Uint8Array | undefined> {
    return this.#blobs.get(name)?.bytes;
  }

  async notes(): Promise<readonly (readonly [name: BlobName, note: BlobNote])[]> {
    return [...this.#blobs].map(([name, { note }]) => [name, note]);
  }

  async remove(names: readonly BlobName[]): Promise<void> {
    for (const name of names) this.#blobs.delete(name);
  }
}

/** Keeps bodies in memory, for those who only put them there. */
export function keeperOf(store: BlobStore = new MemoryBlobs()): Pick<Blobs, 'keep'> {
  return {
    keep: async (bytes, eventId) => {
      const name = blobNameOf(bytes);
      await store.put(name, bytes, { at: 0, bytes: bytes.length, eventId });
      return name;
    },
  };
}
