import type { BlobName } from '../../protocols/blob.ts';
import type { BlobNote, BlobStore } from '../../roles/ports/blobs.ts';

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
