import { asMeshError, hasCode, MeshError, messageOf } from '../../protocols/errors.ts';
import { type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import type { Have } from '../../protocols/log-sync.ts';
import type { Batch } from '../ports/disk.ts';
import type { Link, LinkHandler } from '../ports/links.ts';
import type { Logger, Meter } from '../ports/runtime.ts';
import { decodeLogFrame, encodeHave } from './log-frames.ts';
import type { Replica } from './replica.ts';

/** One batch travels while the other is written; the stream is paused in between, so memory stays bounded. */
const BATCHES_IN_HAND = 2;
/** A writer that leaves gaps although it was told what we have does not listen. */
const MAX_GAPS = 3;

export interface LogReaderParts {
  readonly replica: Pick<Replica, 'apply'>;
  readonly log: Logger;
  readonly meter: Meter;
  /** What to say now. */
  have(): Have;
  /** Everything the writer had at the last `have` is synced here. */
  onCaughtUp(): void;
  /** A batch was written. */
  onProgress(): void;
  /** A signed head and the records before it do not fit to what we hold of this log. */
  onSuspect(log: LogId): void;
  onClosed(): void;
}

/** Reads one peer's logs. Whatever the peer sends, the worst it reaches is the end of this link. */
export class LogReader implements LinkHandler {
  readonly peer: PeerId;
  readonly #parts: LogReaderParts;
  #link: Link | undefined;
  #excepted: readonly PeerId[] = [];
  #isLive = false;
  #isClosed = false;
  /** A `have` is unanswered. */
  #asking = false;
  #askAgain = false;
  #gaps = 0;
  /** Batches in the order they came; `caught-up` counts only when those before it are written. */
  #inHand: Promise<void>[] = [];

  constructor(peer: PeerId, parts: LogReaderParts) {
    this.peer = peer;
    this.#parts = parts;
  }

  /** It has caught up once, and commits are pushed since. */
  get isLive(): boolean {
    return this.#isLive && !this.#isClosed;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The origins that the last `have` excepted. */
  get excepted(): readonly PeerId[] {
    return this.#excepted;
  }

  attach(link: Link): void {
    this.#link = link;
    if (this.#isClosed) link.close('it ended while it was opened');
  }

  /** Says what we have; while that is unanswered, once more afterwards. */
  ask(): void {
    if (this.#isClosed || this.#link === undefined) return;
    this.#askAgain = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    const have = this.#parts.have();
    this.#excepted = have.except ?? [];
    this.#link.send(encodeHave(have)).catch((error: unknown) => this.close(messageOf(error)));
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.closed();
    this.#link?.close(reason);
  }

  /** The promise pauses the stream while enough is in hand. @throws MeshError `frame-malformed`, `version-unknown`. */
  frame(bytes: Uint8Array): void | Promise<void> {
    const message = this.#decode(bytes);
    switch (message.type) {
      case 'have':
        return this.#refuse(new MeshError('frame-malformed', { peer: this.peer, problem: 'only a reader sends that' }));
      case 'batch':
        return this.#take(message.batch);
      case 'caught-up':
        return this.#caughtUp();
    }
  }

  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.onClosed();
  }

  #decode(bytes: Uint8Array) {
    try {
      return decodeLogFrame(bytes, this.peer);
    } catch (error) {
      return this.#refuse(error);
    }
  }

  #take(batch: Batch): void | Promise<void> {
    this.#parts.meter.count('mindmesh_replication_batches_total', { direction: 'received' });
    const written = this.#write(batch).finally(() => {
      this.#inHand = this.#inHand.filter((each) => each !== written);
    });
    this.#inHand.push(written);
    return this.#inHand.length < BATCHES_IN_HAND ? undefined : this.#inHand[0];
  }

  /** Never rejects: what goes wrong ends the link. */
  async #write(batch: Batch): Promise<void> {
    try {
      const applied = await this.#parts.replica.apply(batch, this.peer);
      if (applied === 'gap') this.#askForGap();
      if (applied !== 'applied') return;
      this.#gaps = 0;
      this.#parts.onProgress();
    } catch (error) {
      this.#endFor(error, batch);
    }
  }

  /** Something between our end and the batch is missing: said again, the writer's cursor moves back. */
  #askForGap(): void {
    this.#gaps += 1;
    if (this.#gaps > MAX_GAPS) this.close('it leaves gaps');
    else this.ask();
  }

  #endFor(error: unknown, { head }: Batch): void {
    this.#count(error);
    // A fork is its origin's doing. Told that we want no more of that log, the peer goes on with the others.
    if (hasCode(error, 'head-forked')) {
      this.ask();
      return;
    }
    if (hasCode(error, 'chain-broken')) this.#parts.onSuspect(head);
    const { code } = asMeshError(error);
    this.#parts.log.warn({ peer: this.peer, log: logKey(head), code, problem: messageOf(error) }, 'batch refused');
    this.close(messageOf(error));
  }

  async #caughtUp(): Promise<void> {
    await Promise.all(this.#inHand);
    if (this.#isClosed || !this.#asking) return;
    this.#asking = false;
    this.#isLive = true;
    if (this.#askAgain) this.ask();
    else this.#parts.onCaughtUp();
  }

  #refuse(error: unknown): never {
    this.#count(error);
    throw error;
  }

  #count(error: unknown): void {
    this.#parts.meter.count('mindmesh_replication_refused_total', { code: asMeshError(error).code });
  }
}
