import type { StreamMessageEvent } from '@libp2p/interface';

/** Big-endian length before each frame. Fixed, unlike libp2p's varint: eleven bytes of 0xff would pass there as unfinished. */
export const PREFIX_BYTES = 4;

export interface FrameLimits {
  readonly frameBytes: number;
  /** What one read may bring at most beside an unfinished frame. */
  readonly bufferedBytes: number;
}

/** Cuts a stream of bytes into frames. What is unfinished is put together once, when its end has come. */
export class FrameCutter {
  readonly #limits: FrameLimits;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** Until so many are there, there is nothing to cut. */
  #needed = PREFIX_BYTES;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** The frames that are whole now, without their prefixes; empty ones are left out. @throws RangeError for one that is too long */
  take(chunk: StreamMessageEvent['data']): Uint8Array[] {
    this.#chunks.push(chunk.subarray());
    this.#bytes += chunk.byteLength;
    if (this.#bytes > this.#limits.bufferedBytes) throw new RangeError(`${this.#bytes} bytes arrived at once`);
    return this.#bytes < this.#needed ? [] : this.#cut();
  }

  #cut(): Uint8Array[] {
    const [first = new Uint8Array()] = this.#chunks;
    const all = this.#chunks.length === 1 ? first : Buffer.concat(this.#chunks, this.#bytes);
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
    const frames: Uint8Array[] = [];
    let at = 0;
    this.#needed = PREFIX_BYTES;
    while (all.length - at >= PREFIX_BYTES) {
      const length = view.getUint32(at);
      if (length > this.#limits.frameBytes) throw new RangeError(`a frame has ${length} bytes`);
      this.#needed = PREFIX_BYTES + length;
      if (all.length - at < this.#needed) break;
      if (length > 0) frames.push(all.subarray(at + PREFIX_BYTES, at + this.#needed));
      at += this.#needed;
      this.#needed = PREFIX_BYTES;
    }
    this.#chunks = at < all.length ? [all.subarray(at)] : [];
    this.#bytes = all.length - at;
    return frames;
  }
}

/** One buffer for any number of frames, so that they are one write. */
export function withPrefixes(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(frames.reduce((sum, frame) => sum + PREFIX_BYTES + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    bytes.writeUInt32BE(frame.length, at);
    bytes.set(frame, at + PREFIX_BYTES);
    at += PREFIX_BYTES + frame.length;
  }
  return bytes;
}
