import { BLOB_PART_BYTES, type BlobName, blobNameOf } from '../../protocols/blob.ts';
import { MeshError } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { LinkHandler } from '../ports/links.ts';
import { decodeBlobFrame } from './blob-frames.ts';

/** Collects the parts of one blob from one peer. Whatever the peer sends, the worst it reaches is that another is asked. */
export class BlobReader implements LinkHandler {
  /** The body; undefined when the peer has none. Rejects when it sends something else, or the link ends. */
  readonly body: Promise<Uint8Array | undefined>;
  readonly #name: BlobName;
  readonly #peer: PeerId;
  readonly #parts: Uint8Array[] = [];
  readonly #resolve: (body: Uint8Array | undefined) => void;
  readonly #reject: (error: unknown) => void;

  constructor(name: BlobName, peer: PeerId) {
    const { promise, resolve, reject } = Promise.withResolvers<Uint8Array | undefined>();
    this.body = promise;
    // Nobody waits for it when the link cannot be opened at all.
    promise.catch(() => undefined);
    this.#resolve = resolve;
    this.#reject = reject;
    this.#name = name;
    this.#peer = peer;
  }

  frame(bytes: Uint8Array): void {
    try {
      this.#take(bytes);
    } catch (error) {
      this.#reject(error);
      throw error;
    }
  }

  /** After the body came this changes nothing. */
  closed(): void {
    this.#reject(new MeshError('peer-unreachable', { peer: this.#peer, problem: 'the link ended before the blob' }));
  }

  #take(bytes: Uint8Array): void {
    const { frame, part } = decodeBlobFrame(bytes, this.#peer);
    switch (frame.type) {
      case 'none':
        this.#resolve(undefined);
        break;
      case 'part':
        this.#add(frame.index, frame.count, part);
        break;
      case 'want':
        throw this.#malformed('only who asks sends that');
    }
  }

  #add(index: number, count: number, part: Uint8Array): void {
    const isLast = index === count - 1;
    if (index !== this.#parts.length || part.length > BLOB_PART_BYTES)
      throw this.#malformed('its parts do not follow one another');
    this.#parts.push(part);
    if (!isLast) return;
    const body = Buffer.concat(this.#parts);
    if (blobNameOf(body) !== this.#name) throw this.#malformed('its bytes are not those of the name');
    this.#resolve(body);
  }

  #malformed(problem: string): MeshError {
    return new MeshError('frame-malformed', { peer: this.#peer, problem });
  }
}
