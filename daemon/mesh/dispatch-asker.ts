import type { Note, Offer, OfferReply } from '../../protocols/dispatch.ts';
import { decodeAnswer, encodeNote, encodeOffer } from '../../protocols/dispatch-frames.ts';
import { asMeshError, MeshError } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { LIMITS, PROTOCOLS } from '../../protocols/names.ts';
import type { Link, Mesh } from '../../roles/ports/links.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';

export interface AskerOptions {
  readonly inFlight: number;
  readonly deadlineMs: number;
}

interface Request {
  readonly offer: Offer;
  readonly resolve: (reply: OfferReply) => void;
  readonly reject: (error: MeshError) => void;
  readonly cancelDeadline: () => void;
  /** Frames that had arrived when it was sent. */
  heardBefore: number;
}

/** The asking side of one peer pair: one stream, opened at the first request and again after it broke. */
export class DispatchAsker {
  readonly #peer: PeerId;
  readonly #options: AskerOptions;
  readonly #mesh: Mesh;
  readonly #runtime: Runtime;
  readonly #waiting = new Map<number, Request>();
  readonly #asked = new Map<number, Request>();
  #link: Promise<Link> | undefined;
  #next = 0;
  /** Frames that have arrived, on all streams so far. */
  #heard = 0;
  #stopped = false;

  constructor(peer: PeerId, options: AskerOptions, parts: { readonly mesh: Mesh; readonly runtime: Runtime }) {
    this.#peer = peer;
    this.#options = options;
    this.#mesh = parts.mesh;
    this.#runtime = parts.runtime;
  }

  /** @throws MeshError `peer-unreachable`, `request-timeout`, `record-too-large`. */
  offer(offer: Offer): Promise<OfferReply> {
    const { promise, resolve, reject } = Promise.withResolvers<OfferReply>();
    const id = this.#next++;
    const cancelDeadline = this.#runtime.after(this.#options.deadlineMs, () => this.#expire(id));
    this.#waiting.set(id, { offer, resolve, reject, cancelDeadline, heardBefore: 0 });
    this.#fill();
    return promise;
  }

  note(note: Note): void {
    this.#send(encodeNote(note)).catch((error: unknown) => {
      this.#runtime.log.debug({ peer: this.#peer, type: note.type, code: asMeshError(error).code }, 'note lost');
    });
  }

  /** Fails what waits and what is in flight, and closes the stream for good. */
  stop(reason: string): void {
    this.#stopped = true;
    this.#failAll(this.#waiting, reason);
    this.#failAll(this.#asked, reason);
    this.#close(reason);
  }

  #close(reason: string): void {
    this.#link?.then(
      (link) => link.close(reason),
      () => undefined,
    );
  }

  /** Sends what waits, up to the limit in flight. */
  #fill(): void {
    for (const [id, request] of this.#waiting) {
      if (this.#asked.size >= this.#options.inFlight) return;
      this.#waiting.delete(id);
      this.#asked.set(id, request);
      request.heardBefore = this.#heard;
      this.#ask(id, request).catch((error: unknown) => this.#reject(id, asMeshError(error)));
    }
  }

  async #ask(id: number, request: Request): Promise<void> {
    const frame = encodeOffer(id, request.offer);
    if (frame.length > LIMITS.offerBytes) {
      throw new MeshError('record-too-large', { bytes: frame.length, limit: LIMITS.offerBytes });
    }
    await this.#send(frame);
  }

  async #send(frame: Uint8Array): Promise<void> {
    if (this.#stopped) throw this.#unreachable('this node stops');
    this.#link ??= this.#open();
    const link = await this.#link;
    await link.send(frame);
  }

  #open(): Promise<Link> {
    const opening = this.#mesh.open(PROTOCOLS.dispatch, this.#peer, {
      frame: (bytes) => {
        this.#heard += 1;
        const { id, ...reply } = decodeAnswer(bytes, this.#peer);
        this.#settle(id, (request) => request.resolve(reply));
      },
      closed: () => {
        if (this.#link === opening) this.#link = undefined;
        this.#failAll(this.#asked, 'the stream closed');
        this.#fill();
      },
    });
    opening.catch(() => {
      if (this.#link === opening) this.#link = undefined;
    });
    return opening;
  }

  /**
   * A stream on which nothing came in all that time may be dead although its connection lives, and would stay so: the next request
   * opens another. A peer that is only slow answers something.
   */
  #expire(id: number): void {
    const isSilent = this.#asked.get(id)?.heardBefore === this.#heard;
    this.#reject(id, new MeshError('request-timeout', { peer: this.#peer, ms: this.#options.deadlineMs }));
    if (isSilent) this.#close('it answers nothing');
  }

  /** All at once, so that nothing is sent anew in between. */
  #failAll(requests: Map<number, Request>, problem: string): void {
    const failed = [...requests.values()];
    requests.clear();
    for (const request of failed) {
      request.cancelDeadline();
      request.reject(this.#unreachable(problem));
    }
  }

  #unreachable(problem: string): MeshError {
    return new MeshError('peer-unreachable', { peer: this.#peer, problem });
  }

  #reject(id: number, error: MeshError): void {
    this.#settle(id, (request) => request.reject(error));
  }

  /** A late or repeated answer finds no request any more and is dropped. */
  #settle(id: number, end: (request: Request) => void): void {
    const request = this.#asked.get(id) ?? this.#waiting.get(id);
    if (request === undefined) return;
    this.#asked.delete(id);
    this.#waiting.delete(id);
    request.cancelDeadline();
    end(request);
    this.#fill();
  }
}
