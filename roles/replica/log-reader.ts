import { asMeshError, hasCode, MeshError, messageOf } from '../../protocols/errors.ts';
import { type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import { CATCH_UP_WINDOW, type Have, type Stored } from '../../protocols/log-sync.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch } from '../ports/disk.ts';
import type { Link, LinkHandler } from '../ports/links.ts';
import type { Logger, Meter } from '../ports/runtime.ts';
import { decodeLogFrame, encodeHave, encodeMore, type LogMessage } from './log-frames.ts';
import type { Replica } from './replica.ts';

/** A writer that leaves gaps although it was told what we have does not listen. */
const MAX_GAPS = 3;

/** What is said with the word for the next batch. */
interface Word {
  readonly stored?: Stored;
  readonly enough?: readonly PeerId[];
}

export interface LogReaderParts {
  readonly replica: Pick<Replica, 'apply' | 'jump' | 'lengthOf'>;
  readonly log: Logger;
  readonly meter: Meter;
  /** What to say now; when the short form did not do, in full, or the open logs of some parts. */
  have(wanted: 'short' | 'all' | readonly number[]): Have;
  /** This peer has it: it sent the records before this head, which are synced here now. */
  onHeld(head: SignedHead): void;
  /** Records of an origin came over this link first. */
  onFirst(origin: PeerId): void;
  /** Another link brings the records of that origin too, and sooner. */
  isBroughtByAnother(origin: PeerId): boolean;
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
  /** Origins that the writer was told not to push since the last `have`. */
  readonly #enough = new Set<PeerId>();
  #isLive = false;
  #isClosed = false;
  /** A `have` is unanswered. */
  #asking = false;
  #askAgain = false;
  #gaps = 0;
  /** Batches in the order they came; `caught-up` counts only when those before it are written. */
  readonly #inHand = new Set<Promise<void>>();
  /** Logs of the peer that it sent and that another peer's copy is being written of: said with a `have` once they are synced. */
  readonly #owed = new Map<string, { readonly log: LogId; readonly length: number }>();

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

  /** The writer pushes the commits of that origin here. */
  pushes(origin: PeerId): boolean {
    return this.isLive && !this.#enough.has(origin) && !this.#excepted.includes(origin);
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
    this.#say('short');
  }

  #say(wanted: 'short' | 'all' | readonly number[]): void {
    const have = this.#parts.have(wanted);
    this.#excepted = have.except ?? [];
    this.#enough.clear();
    this.#send(encodeHave({ ...have, window: CATCH_UP_WINDOW }));
  }

  /** Something was synced here, from whomever. */
  committed(): void {
    let reached = false;
    for (const [key, { log, length }] of this.#owed) {
      if (this.#parts.replica.lengthOf(log) < length) continue;
      this.#owed.delete(key);
      reached = true;
    }
    if (reached) this.ask();
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    this.closed();
    this.#link?.close(reason);
  }

  /** @throws MeshError `frame-malformed`, `version-unknown`, which close the link. */
  frame(bytes: Uint8Array): void {
    try {
      this.#handle(decodeLogFrame(bytes, this.peer));
    } catch (error) {
      this.#count(error);
      throw error;
    }
  }

  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#parts.onClosed();
  }

  #handle(message: LogMessage): void {
    switch (message.type) {
      case 'batch':
        this.#parts.meter.count('mindmesh_replication_batches_total', { direction: 'received' });
        this.#take(() => this.#write(message.batch));
        break;
      case 'floor':
        this.#take(() => this.#jump(message.head));
        break;
      case 'list':
        this.#say(message.parts ?? 'all');
        break;
      case 'caught-up':
        void this.#caughtUp();
        break;
      case 'have':
      case 'more':
        throw new MeshError('frame-malformed', { peer: this.peer, problem: 'only a reader sends that' });
    }
  }

  #take(write: () => Promise<Word>): void {
    if (this.#inHand.size >= CATCH_UP_WINDOW) {
      throw new MeshError('frame-malformed', { peer: this.peer, problem: 'it sends more than it was asked for' });
    }
    const written = write().then(({ stored = [], enough = [] }) => {
      this.#inHand.delete(written);
      this.#send(encodeMore(stored, enough));
    });
    this.#inHand.add(written);
  }

  /** Never rejects: what goes wrong ends the link. Resolves with what to tell the writer of its own log. */
  async #write(batch: Batch): Promise<Word> {
    try {
      const applied = await this.#parts.replica.apply(batch, this.peer);
      if (applied === 'gap') this.#askForGap();
      if (applied === 'applied') {
        this.#gaps = 0;
        this.#parts.onProgress();
        this.#parts.onHeld(batch.head);
        this.#parts.onFirst(batch.head.origin);
      }
      const isHere = applied === 'applied' || applied === 'known';
      return { stored: isHere ? this.#storedOf(batch) : [], enough: applied === 'known' ? this.#enoughOf(batch) : [] };
    } catch (error) {
      this.#endFor(error, batch.head);
      return {};
    }
  }

  /** What the writer wrote itself is always wanted from it: nobody has it sooner, and it wants to know that it is here (I1). */
  #enoughOf({ head: { origin } }: Batch): readonly PeerId[] {
    if (origin === this.peer || !this.#parts.isBroughtByAnother(origin)) return [];
    this.#enough.add(origin);
    return [origin];
  }

  /** Never rejects: what goes wrong ends the link. */
  async #jump(floor: SignedHead): Promise<Word> {
    try {
      const jumped = await this.#parts.replica.jump(floor, this.peer);
      if (jumped === 'applied') {
        const { origin, epoch, length } = floor;
        this.#parts.log.warn(
          { peer: this.peer, log: logKey({ origin, epoch }), floor: length },
          'log begins behind what was missed',
        );
      }
    } catch (error) {
      this.#endFor(error, floor);
    }
    return {};
  }

  /** Only synced records count, and only the origin wants to know (I1): so each commit is told of once, whatever the mesh's size. */
  #storedOf({ head: { origin, epoch, length } }: Batch): Stored {
    if (origin !== this.peer) return [];
    const log = { origin, epoch };
    const synced = this.#parts.replica.lengthOf(log);
    if (synced < length) this.#owed.set(logKey(log), { log, length });
    return synced > 0 ? [[origin, epoch, synced]] : [];
  }

  /** Something between our end and the batch is missing: said again, the writer's cursor moves back. */
  #askForGap(): void {
    this.#gaps += 1;
    if (this.#gaps > MAX_GAPS) this.close('it leaves gaps');
    else this.ask();
  }

  #endFor(error: unknown, head: SignedHead): void {
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

  /** Never rejects. */
  async #caughtUp(): Promise<void> {
    await Promise.all(this.#inHand);
    if (this.#isClosed || !this.#asking) return;
    this.#asking = false;
    this.#isLive = true;
    if (this.#askAgain) this.ask();
    else this.#parts.onCaughtUp();
  }

  #send(frame: Uint8Array): void {
    if (this.#isClosed) return;
    this.#link?.send(frame).catch((error: unknown) => this.close(messageOf(error)));
  }

  #count(error: unknown): void {
    this.#parts.meter.count('mindmesh_replication_refused_total', { code: asMeshError(error).code });
  }
}
