import { MeshError, messageOf } from '../../protocols/errors.ts';
import { type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import { BATCHES_IN_FLIGHT, type Have, NOTHING_WANTED, type Stored } from '../../protocols/log-sync.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Link, LinkHandler } from '../ports/links.ts';
import type { Meter } from '../ports/runtime.ts';
import { type Digest, type LogEnd, partDigests, partOf } from './heads.ts';
import { decodeLogFrame, encodeBatch, encodeCaughtUp, encodeFloor, encodeList } from './log-frames.ts';
import type { Replica } from './replica.ts';

export interface LogWriterParts {
  readonly link: Link;
  readonly replica: Pick<Replica, 'have' | 'digest' | 'lengthOf' | 'readBatch' | 'floorOf'>;
  readonly meter: Meter;
  /**
   * The reader's word on how much it has synced: of all logs at once when it said what it has (`isAll`), else of those that
   * were just written.
   */
  onStored(stored: Stored, isAll: boolean): void;
  /** The reader takes no more of this log: it has another version of it (L2). */
  onRefused(log: LogId): void;
  onClosed(): void;
}

/**
 * Sends one reader what it lacks: after each `have` everything it does not list, then `caught-up`, then every commit.
 * Only synced records are read; at most two batches are on their way, and commits that come meanwhile go together. While a
 * reader catches up it may want more of them.
 */
export class LogWriter implements LinkHandler {
  readonly #parts: LogWriterParts;
  /** How many records of each log the reader has been sent or said to have. */
  #cursors = new Map<string, number>();
  /** Origins whose commits are not pushed here. */
  #except = new Set<PeerId>();
  /** Open logs of the parts that were alike when the reader said its digests. */
  #alike: readonly LogEnd[] = [];
  /** Logs with something to send, in turn: a long one does not hold up the others. */
  readonly #due = new Map<string, LogId>();
  /** Floors that a reader is told of once it goes on behind one of them. */
  readonly #floors = new Map<string, SignedHead>();
  #tellsFloors = false;
  /** Batches that the reader has not written yet, as far as it said. */
  #inFlight = 0;
  /** How many of them the reader takes while it catches up. */
  #window = BATCHES_IN_FLIGHT;
  #greeted = false;
  #answering = false;
  #pumping = false;
  #closed = false;

  constructor(parts: LogWriterParts) {
    this.#parts = parts;
  }

  /** @throws MeshError `frame-malformed`, `version-unknown`, which close the link. */
  frame(bytes: Uint8Array): void {
    const { peer } = this.#parts.link;
    const message = decodeLogFrame(bytes, peer);
    switch (message.type) {
      case 'have':
        this.#hear(message.have);
        break;
      case 'more':
        this.#inFlight = Math.max(0, this.#inFlight - 1);
        if (message.stored.length > 0) this.#parts.onStored(message.stored, false);
        for (const origin of message.enough) this.#except.add(origin);
        this.#pump();
        break;
      case 'batch':
      case 'list':
      case 'floor':
      case 'caught-up':
        throw new MeshError('frame-malformed', { peer, problem: 'only a writer sends that' });
    }
  }

  close(reason: string): void {
    this.closed();
    this.#parts.link.close(reason);
  }

  closed(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.onClosed();
  }

  /** These logs have grown. */
  committed(logs: readonly LogId[]): void {
    if (!this.#greeted) return;
    for (const log of logs) if (!this.#isExcepted(log)) this.#due.set(logKey(log), log);
    this.#pump();
  }

  /** What the reader does not list, because we hold the same, is as if it had listed it. */
  #hear(have: Have): void {
    const digest = this.#parts.replica.digest();
    if (have.parts !== undefined) {
      this.#compare(have, have.parts, digest);
      return;
    }
    if (have.closed !== undefined && have.closed !== digest.hash) {
      void this.#ask();
      return;
    }
    const unlisted = have.closed === undefined ? [] : digest.closed;
    this.#take(withEnds(have, have.only === undefined ? unlisted : [...unlisted, ...this.#alike]));
  }

  /** Asks for what differs. What is alike now is remembered as it is now: until the answer it may grow here, and is due then. */
  #compare(have: Have, [closed, ...parts]: readonly string[], digest: Digest): void {
    const ours = partDigests(digest.open);
    const differing = ours.map((_, part) => part).filter((part) => ours[part] !== parts[part]);
    this.#alike = digest.open.filter(([origin]) => !differing.includes(partOf(origin)));
    if (closed !== digest.hash) void this.#ask();
    else if (differing.length > 0) void this.#ask(differing);
    else this.#take(withEnds(have, [...digest.closed, ...digest.open]));
  }

  /** Never rejects. */
  async #ask(parts?: readonly number[]): Promise<void> {
    try {
      await this.#parts.link.send(encodeList(parts));
    } catch (error) {
      this.close(messageOf(error));
    }
  }

  /** A `have` moves the cursors, forwards or back. */
  #take({ logs, except, window = BATCHES_IN_FLIGHT }: Have): void {
    const ends = new Map(logs.map(([origin, epoch, length, hash]) => [logKey({ origin, epoch }), { length, hash }]));
    this.#due.clear();
    this.#floors.clear();
    this.#tellsFloors = false;
    this.#cursors = new Map([...ends].map(([key, { length }]) => [key, length]));
    const doubtful = new Set<string>();
    for (const [origin, epoch, length] of logs) if (length === NOTHING_WANTED) this.#parts.onRefused({ origin, epoch });
    for (const [origin, epoch, length, hash] of this.#parts.replica.have()) {
      const key = logKey({ origin, epoch });
      const theirs = ends.get(key);
      // Of the same length and another: from its start, so that the reader finds the place and the proof (L2).
      if (theirs?.length === length && theirs.hash !== hash) {
        this.#cursors.set(key, 0);
        doubtful.add(key);
      }
      if ((this.#cursors.get(key) ?? 0) < length) this.#due.set(key, { origin, epoch });
    }
    const sure = logs.filter(([origin, epoch]) => !doubtful.has(logKey({ origin, epoch })));
    this.#parts.onStored(
      sure.map(([origin, epoch, length]) => [origin, epoch, length]),
      true,
    );
    this.#except = new Set(except);
    this.#window = window;
    this.#greeted = true;
    this.#answering = true;
    this.#pump();
  }

  /** The reader writes its own log itself, and reads some others at their source. */
  #isExcepted({ origin }: LogId): boolean {
    return origin === this.#parts.link.peer || this.#except.has(origin);
  }

  #pump(): void {
    if (!this.#pumping) void this.#sendAll();
  }

  /** Never rejects. Between finding nothing to do and letting go there is no await, or a commit could slip in unseen. */
  async #sendAll(): Promise<void> {
    this.#pumping = true;
    try {
      while (!this.#closed) {
        const [next] = this.#due;
        const [floor] = this.#floors.values();
        if ((next ?? floor) && this.#inFlight >= (this.#answering ? this.#window : BATCHES_IN_FLIGHT)) return;
        if (next) await this.#sendNext(...next);
        else if (floor) await this.#sendFloor(floor);
        else if (this.#answering) await this.#sayCaughtUp();
        else return;
      }
    } catch (error) {
      this.close(messageOf(error));
    } finally {
      this.#pumping = false;
    }
  }

  async #sendNext(key: string, log: LogId): Promise<void> {
    this.#due.delete(key);
    const from = this.#cursors.get(key) ?? 0;
    const floor = this.#parts.replica.floorOf(log);
    if (floor !== undefined && from < floor.length) return this.#sendJump(key, log, floor);
    const batch = await this.#parts.replica.readBatch(log, from);
    if (batch === undefined) return;
    if ((this.#cursors.get(key) ?? 0) !== from) {
      // A `have` moved the cursor while the disk was read.
      this.#due.set(key, log);
      return;
    }
    // Set before the sending, so that a `have` that arrives meanwhile has the last word.
    this.#cursors.set(key, batch.head.length);
    if (this.#parts.replica.lengthOf(log) > batch.head.length) this.#due.set(key, log);
    this.#inFlight += 1;
    this.#parts.meter.count('mindmesh_replication_batches_total', { direction: 'sent' });
    await this.#parts.link.send(encodeBatch(batch));
  }

  /**
   * What lies before it is not here any more (L5). An end of an event may have been in it whose event the reader has in another
   * log, so it is told of all floors: what lies below any of them has ended (L10).
   */
  async #sendJump(key: string, log: LogId, floor: SignedHead): Promise<void> {
    this.#cursors.set(key, floor.length);
    if (this.#parts.replica.lengthOf(log) > floor.length) this.#due.set(key, log);
    if (!this.#tellsFloors) this.#tellFloors();
    await this.#sendFloor(floor);
  }

  #tellFloors(): void {
    const { replica } = this.#parts;
    this.#tellsFloors = true;
    for (const [origin, epoch] of replica.have()) {
      const floor = replica.floorOf({ origin, epoch });
      if (floor !== undefined) this.#floors.set(logKey(floor), floor);
    }
  }

  async #sendFloor(floor: SignedHead): Promise<void> {
    this.#floors.delete(logKey(floor));
    this.#inFlight += 1;
    await this.#parts.link.send(encodeFloor(floor));
  }

  async #sayCaughtUp(): Promise<void> {
    this.#answering = false;
    await this.#parts.link.send(encodeCaughtUp());
  }
}

function withEnds(have: Have, ends: readonly LogEnd[]): Have {
  return { ...have, logs: [...have.logs, ...ends.map((end): Have['logs'][number] => [...end])] };
}
