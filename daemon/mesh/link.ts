import type { Stream, StreamMessageEvent } from '@libp2p/interface';
import { LengthPrefixedDecoder } from '@libp2p/utils';
import { asMeshError, MeshError, messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { Link, LinkHandler } from '../../roles/ports/links.ts';
import type { Logger } from '../../roles/ports/runtime.ts';

/** Big-endian length before each frame. Fixed, unlike libp2p's varint: eleven bytes of 0xff would pass there as unfinished. */
const PREFIX_BYTES = 4;
/** What one read may bring at most (a whole receive window after a pause) beside an unfinished frame. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** A stream that does not end by itself within this is cut. */
const CLOSE_DEADLINE_MS = 1_000;

type Chunk = StreamMessageEvent['data'];

/** One long-lived libp2p stream in whole frames. */
export class StreamLink implements Link {
  readonly peer: PeerId;
  readonly #stream: Stream;
  readonly #log: Logger;
  readonly #decoder = new LengthPrefixedDecoder({
    lengthDecoder: readPrefix,
    encodingLength: () => PREFIX_BYTES,
    maxDataLength: LIMITS.frameBytes,
    maxBufferSize: MAX_BUFFERED_BYTES,
  });
  readonly #inbox: Uint8Array[] = [];
  #handler: LinkHandler | undefined;
  #tail: Promise<void> = Promise.resolve();
  #busy = false;
  #ended = false;
  #closed = false;

  constructor(options: { readonly peer: PeerId }, parts: { readonly stream: Stream; readonly log: Logger }) {
    this.peer = options.peer;
    this.#stream = parts.stream;
    this.#log = parts.log;
  }

  /** Starts the reading; nothing is lost that arrived before. */
  attach(handler: LinkHandler): void {
    this.#handler = handler;
    this.#stream.addEventListener('close', ({ error }) =>
      this.#end(error === undefined ? 'it closed' : messageOf(error)),
    );
    this.#stream.addEventListener('message', ({ data }) => this.#receive(data));
    this.#stream.addEventListener('end', () => {
      this.#ended = true;
      this.#deliver();
    });
    if (this.#stream.status !== 'open') this.#end(`it is ${this.#stream.status}`);
  }

  send(frame: Uint8Array): Promise<void> {
    const sent = this.#tail.then(() => this.#write(frame));
    this.#tail = sent.catch(() => undefined);
    return sent;
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#end(reason);
    const stream = this.#stream;
    stream.close({ signal: AbortSignal.timeout(CLOSE_DEADLINE_MS) }).catch((error: unknown) => {
      stream.abort(new Error(messageOf(error)));
    });
  }

  async #write(frame: Uint8Array): Promise<void> {
    if (frame.length > LIMITS.frameBytes) {
      throw new MeshError('record-too-large', { bytes: frame.length, limit: LIMITS.frameBytes });
    }
    await this.#writable();
    try {
      this.#stream.send(withPrefix(frame));
    } catch (error) {
      throw this.#unreachable(messageOf(error), error);
    }
    await this.#writable();
  }

  /** Not `stream.onDrain()`: after the first drain of a stream it resolves at once for ever (@libp2p/utils 7.4.1). */
  async #writable(): Promise<void> {
    while (!this.#closed && this.#stream.writableNeedsDrain) await nextOf(this.#stream, ['drain', 'close']);
    if (this.#closed) throw this.#unreachable('the link is closed');
  }

  #receive(chunk: Chunk): void {
    if (this.#closed) return;
    try {
      for (const frame of this.#decoder.decode(chunk)) this.#inbox.push(frame.subarray());
    } catch (error) {
      this.#fail(new MeshError('frame-malformed', { peer: this.peer, problem: messageOf(error) }, { cause: error }));
      return;
    }
    this.#deliver();
  }

  /** In order, one at a time; while a handler works the stream is paused, so the sender's window runs out. */
  #deliver(): void {
    while (!this.#busy && !this.#closed) {
      const frame = this.#inbox.shift();
      if (frame === undefined) {
        if (this.#ended) this.close('the peer closed it');
        return;
      }
      try {
        const working = this.#handler?.frame(frame);
        if (working !== undefined) this.#pauseFor(working);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #pauseFor(working: Promise<void>): void {
    this.#busy = true;
    if (this.#stream.readStatus === 'readable') this.#stream.pause();
    working.then(
      () => {
        this.#busy = false;
        this.#deliver();
        if (!this.#busy && !this.#closed && this.#stream.readStatus === 'paused') this.#stream.resume();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  /** Ends this stream only; the connection and its other streams go on. */
  #fail(error: unknown): void {
    if (this.#closed) return;
    const { code, message } = asMeshError(error);
    this.#log.warn({ peer: this.peer, protocol: this.#stream.protocol, code, problem: message }, 'stream cut');
    this.#end(message);
    this.#stream.abort(new Error(message));
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#inbox.length = 0;
    this.#log.debug({ peer: this.peer, protocol: this.#stream.protocol, reason }, 'stream closed');
    try {
      this.#handler?.closed();
    } catch (error) {
      // This is inside a listener of the stream, where nobody could catch it.
      this.#log.error({ peer: this.peer, protocol: this.#stream.protocol, error }, 'link handler failed');
    }
  }

  #unreachable(problem: string, cause?: unknown): MeshError {
    return new MeshError('peer-unreachable', { peer: this.peer, problem }, { cause });
  }
}

/** One buffer, so that it is one write. */
function withPrefix(frame: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(PREFIX_BYTES + frame.length);
  bytes.writeUInt32BE(frame.length);
  bytes.set(frame, PREFIX_BYTES);
  return bytes;
}

/** The same each time: it is thrown after every frame, and a new one would collect the stack. */
const UNFINISHED = new RangeError('unfinished prefix');

/** @throws RangeError while it is not whole: the decoder then waits for more. */
function readPrefix(bytes: Chunk): number {
  if (bytes.byteLength < PREFIX_BYTES) throw UNFINISHED;
  const prefix = bytes.subarray(0, PREFIX_BYTES);
  return new DataView(prefix.buffer, prefix.byteOffset, PREFIX_BYTES).getUint32(0);
}

function nextOf(stream: Stream, events: readonly ('drain' | 'close')[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) stream.removeEventListener(event, done);
      resolve();
    };
    for (const event of events) stream.addEventListener(event, done);
  });
}
