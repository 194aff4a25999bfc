import type { Stream, StreamMessageEvent } from '@libp2p/interface';
import { asMeshError, MeshError, messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { Link, LinkHandler } from '../../roles/ports/links.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import { FrameCutter, withPrefixes } from './frame-cutter.ts';

/** What one read may bring at most (a whole receive window after a pause) beside an unfinished frame. */
const MAX_BUFFERED_BYTES = 8 * 1024 * 1024;
/** Frames that wait are sent together up to here: what a stream has to send at least is one frame. */
const TOGETHER_BYTES = 64 * 1024;
/** A stream that does not end by itself within this is cut. */
const CLOSE_DEADLINE_MS = 1_000;

type Chunk = StreamMessageEvent['data'];

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** One long-lived libp2p stream in whole frames. */
export class StreamLink implements Link {
  readonly peer: PeerId;
  readonly #stream: Stream;
  readonly #log: Logger;
  readonly #cutter = new FrameCutter({ frameBytes: LIMITS.frameBytes, bufferedBytes: MAX_BUFFERED_BYTES });
  readonly #inbox: Uint8Array[] = [];
  #handler: LinkHandler | undefined;
  #outbox: Waiting[] = [];
  #isWriting = false;
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

  /** In the order of the calls; what one turn of the event loop sends is one write. */
  send(frame: Uint8Array): Promise<void> {
    if (frame.length > LIMITS.frameBytes) {
      return Promise.reject(new MeshError('record-too-large', { bytes: frame.length, limit: LIMITS.frameBytes }));
    }
    return new Promise((resolve, reject) => {
      this.#outbox.push({ frame, resolve, reject });
      if (this.#isWriting) return;
      this.#isWriting = true;
      process.nextTick(() => void this.#writeAll());
    });
  }

  close(reason: string): void {
    if (this.#closed) return;
    this.#end(reason);
    const stream = this.#stream;
    stream.close({ signal: AbortSignal.timeout(CLOSE_DEADLINE_MS) }).catch((error: unknown) => {
      stream.abort(new Error(messageOf(error)));
    });
  }

  /** Never rejects. */
  async #writeAll(): Promise<void> {
    while (this.#outbox.length > 0) {
      const together = this.#outbox.splice(0, countWithin(this.#outbox, TOGETHER_BYTES));
      try {
        await this.#write(withPrefixes(together.map(({ frame }) => frame)));
        for (const { resolve } of together) resolve();
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#isWriting = false;
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#mustWait) await this.#writable();
    try {
      this.#stream.send(bytes);
    } catch (error) {
      throw this.#unreachable(messageOf(error), error);
    }
    if (this.#mustWait) await this.#writable();
  }

  get #mustWait(): boolean {
    return this.#closed || this.#stream.writableNeedsDrain;
  }

  /** Not `stream.onDrain()`: after the first drain of a stream it resolves at once for ever (@libp2p/utils 7.4.1). */
  async #writable(): Promise<void> {
    while (!this.#closed && this.#stream.writableNeedsDrain) await nextOf(this.#stream, ['drain', 'close']);
    if (this.#closed) throw this.#unreachable('the link is closed');
  }

  #receive(chunk: Chunk): void {
    if (this.#closed) return;
    try {
      for (const frame of this.#cutter.take(chunk)) this.#inbox.push(frame);
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

/** How many of the first frames have at most so many bytes together; one at least. */
function countWithin(waiting: readonly Waiting[], bytes: number): number {
  let sum = 0;
  for (const [count, { frame }] of waiting.entries()) {
    sum += frame.length;
    if (count > 0 && sum > bytes) return count;
  }
  return waiting.length;
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
