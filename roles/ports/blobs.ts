import type { BlobName } from '../../protocols/blob.ts';
import type { EventId } from '../../protocols/ids.ts';

/** What is kept beside a blob. */
export interface BlobNote {
  /** Wall-clock milliseconds of its arrival here. */
  readonly at: number;
  readonly bytes: number;
  /** The event it belongs to: it goes when everything else about that is forgotten. */
  readonly eventId: EventId;
}

/** Blobs on this disk. */
export interface BlobStore {
  /** Resolves once it is synced; of one that is here already nothing is written. @throws MeshError `disk-full`, `store-write-failed`. */
  put(name: BlobName, bytes: Uint8Array, note: BlobNote): Promise<void>;
  /** Undefined when it is not here, or not whole. */
  get(name: BlobName): Promise<Uint8Array | undefined>;
  notes(): Promise<readonly (readonly [name: BlobName, note: BlobNote])[]>;
  remove(names: readonly BlobName[]): Promise<void>;
}

/** Bodies that are too large for a record. */
export interface Blobs {
  /** Keeps a body; to be called, and awaited, before the record that names it is written. @throws MeshError `blob-too-large`. */
  keep(bytes: Uint8Array, eventId: EventId): Promise<BlobName>;
  /** From this disk, or from a peer, and then from this disk. @throws MeshError `blob-missing` when nobody at hand has it. */
  get(name: BlobName, eventId: EventId): Promise<Uint8Array>;
}
