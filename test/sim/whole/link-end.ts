import { MeshError, messageOf } from '../../../protocols/errors.ts';
import type { PeerId } from '../../../protocols/ids.ts';
import type { Link, LinkHandler } from '../../../roles/ports/links.ts';
import type { SimClock } from './clock.ts';

export interface LinkEndParts {
  readonly clock: SimClock;
  readonly hopMs: () => number;
  /** Does anything arrive here now? */
  readonly isOpenWay: () => boolean;
  /** Is the process of this end still there? */
  readonly isAlive: () => boolean;
  readonly onFrame: (bytes: number) => void;
  readonly onEnd: () => void;
}

interface Letter {
  readonly bytes: Uint8Array;
  readonly dueAt: number;
  readonly taken: () => void;
  readonly lost: (error: MeshError) => void;
}

/** So many frames lie between two processes before the sender has to wait. */
const WINDOW = 16;

/** One side of a stream: what arrives here arrives in the order in which it was sent, until the stream ends. */
export class LinkEnd implements Link {
  readonly peer: PeerId;
  readonly #parts: LinkEndParts;
  readonly #inbox: Letter[] = [];
  #far: LinkEnd | undefined;
  #handler: LinkHandler | undefined;
  #lastDueAt = 0;
  #isDelivering = false;
  #isStalled = false;
  #isClosed = false;

  constructor(peer: PeerId, parts: LinkEndParts) {
    this.peer = peer;
    this.#parts = parts;
  }

  join(far: LinkEnd, handler: LinkHandler): void {
    this.#far = far;
    this.#handler = handler;
  }

  send(frame: Uint8Array): Promise<void> {
    if (!this.#parts.isAlive()) return new Promise(() => {});
    return new Promise((taken, lost) => {
      if (this.#isClosed || this.#far === undefined) lost(unreachable(this.peer, 'the link is closed'));
      else this.#far.#receive(frame, taken, lost);
    });
  }

  /** The other side hears of it after what was sent before, as the end of a stream travels behind its bytes. */
  close(reason: string): void {
    if (this.#isClosed || !this.#parts.isAlive()) return;
    const far = this.#far;
    this.end(reason);
    const { clock, hopMs } = this.#parts;
    const sentBefore = (far === undefined ? 0 : far.#lastDueAt) - clock.now + 1;
    clock.after(Math.max(hopMs(), sentBefore), () => far?.end(reason));
  }

  end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.onEnd();
    for (const { lost } of this.#inbox.splice(0)) lost(unreachable(this.peer, reason));
    if (this.#parts.isAlive()) this.#handler?.closed();
  }

  /** Nothing arrives here any more, and nobody is told. */
  stall(): void {
    this.#isStalled = true;
  }

  /** The way is open again: what was held back arrives. */
  resume(): void {
    this.#pump();
  }

  #receive(frame: Uint8Array, taken: () => void, lost: (error: MeshError) => void): void {
    const { clock, hopMs } = this.#parts;
    this.#lastDueAt = Math.max(this.#lastDueAt, clock.now + hopMs());
    const isRoom = this.#inbox.length < WINDOW;
    this.#inbox.push({ bytes: frame, dueAt: this.#lastDueAt, taken, lost });
    if (isRoom) taken();
    this.#pump();
  }

  #pump(): void {
    const [letter] = this.#inbox;
    if (letter === undefined || this.#isDelivering || this.#isStalled) return;
    this.#isDelivering = true;
    const { clock } = this.#parts;
    clock.after(letter.dueAt - clock.now, () => {
      this.#isDelivering = false;
      if (this.#isClosed || this.#isStalled || !this.#parts.isAlive() || !this.#parts.isOpenWay()) return;
      void this.#deliver();
    });
  }

  /** The handler's promise holds back the next frame. Never rejects. */
  async #deliver(): Promise<void> {
    const letter = this.#inbox.shift();
    if (letter === undefined) return;
    this.#isDelivering = true;
    this.#parts.onFrame(letter.bytes.length);
    try {
      const taking = this.#handler?.frame(letter.bytes);
      if (taking !== undefined) await taking;
    } catch (error) {
      this.close(messageOf(error));
    }
    letter.taken();
    this.#isDelivering = false;
    this.#pump();
  }
}

function unreachable(peer: PeerId, problem: string): MeshError {
  return new MeshError('peer-unreachable', { peer, problem });
}
