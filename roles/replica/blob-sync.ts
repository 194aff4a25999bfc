import { type BlobName, blobNameOf, MAX_BLOB_BYTES, partsOf } from '../../protocols/blob.ts';
import { asMeshError, MeshError, messageOf } from '../../protocols/errors.ts';
import type { EventId, PeerId } from '../../protocols/ids.ts';
import { PROTOCOLS } from '../../protocols/names.ts';
import type { BlobStore, Blobs } from '../ports/blobs.ts';
import type { Link, LinkHandler, Mesh } from '../ports/links.ts';
import type { Runtime } from '../ports/runtime.ts';
import { decodeBlobFrame, encodeNone, encodePart, encodeWant } from './blob-frames.ts';
import { BlobReader } from './blob-reader.ts';

export interface BlobSyncParts {
  readonly store: BlobStore;
  readonly mesh: Pick<Mesh, 'connected' | 'open' | 'serve'>;
  readonly runtime: Runtime;
}

/** How long one peer may take for a whole body. */
const PULL_MS = 30_000;

/** Keeps blobs, pulls those of others when they are needed, and gives out its own (L2). Between nodes of one org. */
export class BlobSync implements Blobs {
  readonly #parts: BlobSyncParts;
  readonly #pulling = new Map<BlobName, Promise<Uint8Array>>();

  /** Serves the protocol from now on. */
  constructor(parts: BlobSyncParts) {
    this.#parts = parts;
    parts.mesh.serve(PROTOCOLS.blob, (link) => this.#answer(link));
  }

  async keep(bytes: Uint8Array, eventId: EventId): Promise<BlobName> {
    if (bytes.length > MAX_BLOB_BYTES) {
      throw new MeshError('blob-too-large', { bytes: bytes.length, limit: MAX_BLOB_BYTES });
    }
    const name = blobNameOf(bytes);
    await this.#store(name, bytes, eventId);
    return name;
  }

  async get(name: BlobName, eventId: EventId): Promise<Uint8Array> {
    const here = await this.#parts.store.get(name);
    if (here !== undefined) return here;
    const pulling = this.#pulling.get(name) ?? this.#pull(name, eventId).finally(() => this.#pulling.delete(name));
    this.#pulling.set(name, pulling);
    return pulling;
  }

  async #pull(name: BlobName, eventId: EventId): Promise<Uint8Array> {
    const { mesh, runtime } = this.#parts;
    for (const peer of mesh.connected()) {
      try {
        const body = await this.#pullFrom(peer, name);
        if (body === undefined) continue;
        await this.#store(name, body, eventId);
        return body;
      } catch (error) {
        const { code } = asMeshError(error);
        if (code === 'disk-full' || code === 'store-write-failed') throw error;
        runtime.log.warn({ peer, blob: name, code, problem: messageOf(error) }, 'blob not pulled');
      }
    }
    throw new MeshError('blob-missing', { blob: name });
  }

  async #pullFrom(peer: PeerId, name: BlobName): Promise<Uint8Array | undefined> {
    const reader = new BlobReader(name, peer);
    const link = await this.#parts.mesh.open(PROTOCOLS.blob, peer, reader);
    const cancel = this.#parts.runtime.after(PULL_MS, () => link.close('it takes too long'));
    try {
      await link.send(encodeWant(name));
      return await reader.body;
    } finally {
      cancel();
      link.close('the blob is here');
    }
  }

  #store(name: BlobName, bytes: Uint8Array, eventId: EventId): Promise<void> {
    const at = Math.round(this.#parts.runtime.wall());
    return this.#parts.store.put(name, bytes, { at, bytes: bytes.length, eventId });
  }

  /** One question a link. */
  #answer(link: Link): LinkHandler {
    let isAnswered = false;
    return {
      frame: (bytes) => {
        const { frame } = decodeBlobFrame(bytes, link.peer);
        if (frame.type !== 'want' || isAnswered) {
          throw new MeshError('frame-malformed', { peer: link.peer, problem: 'a link takes one question' });
        }
        isAnswered = true;
        void this.#send(link, frame.name);
      },
      closed: () => {},
    };
  }

  /** Never rejects. A part is sent when the stream takes more, so that memory stays bounded. */
  async #send(link: Link, name: BlobName): Promise<void> {
    try {
      const body = await this.#parts.store.get(name);
      if (body === undefined) return await link.send(encodeNone());
      const parts = partsOf(body);
      for (const [i, part] of parts.entries()) await link.send(encodePart(part, i, parts.length));
    } catch (error) {
      link.close(messageOf(error));
    }
  }
}
