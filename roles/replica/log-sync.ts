import { compareText, type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import type { Have } from '../../protocols/log-sync.ts';
import { PROTOCOLS } from '../../protocols/names.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Copies } from '../ports/copies.ts';
import type { Link, LinkHandler, Mesh } from '../ports/links.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import { CatchUpTurn } from './catch-up-turn.ts';
import { partDigests, partOf } from './heads.ts';
import { HeadsGossip } from './heads-gossip.ts';
import { LinkKeeper, MAX_LINKS, openReader } from './link-keeper.ts';
import { LogReader } from './log-reader.ts';
import { LogWriter } from './log-writer.ts';
import { PeerProgress } from './peer-progress.ts';
import type { Replica } from './replica.ts';
import { StoredCopies } from './stored-copies.ts';

export interface LogSyncOptions {
  readonly self: PeerId;
  /** Ways of replication that are left out: for tests that must find that out. Default: none. */
  readonly without?: readonly ('links' | 'exchange' | 'hints')[];
}

export interface LogSyncParts {
  readonly replica: Replica;
  readonly mesh: Mesh;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Whose word counts when others say what they have stored of our log (I1). Default: everybody who may connect. */
  readonly isOfOrg?: (peer: PeerId) => boolean;
}

export interface LogSyncStats {
  /** Links this node reads on, and how many of them have caught up. */
  readonly links: number;
  readonly live: number;
  /** Links that others read on. */
  readonly readers: number;
  /** Logs that somebody spoke of and that are not here yet. */
  readonly behind: number;
}

/** An exchange with one random peer, in case that every push and every hint was lost (L6). */
const EXCHANGE_MIN_MS = 5_000;
const EXCHANGE_MAX_MS = 15_000;

/** So many open logs are listed rather than compared by digests first. */
const MAX_LISTED = 64;

/** Between two logs of ours that are given up because one peer takes no more of them. */
const REFUSAL_MS = 60_000;

/** Replication between the nodes of one org: `/mindmesh/log/1` and the gossip of heads (rule L6). */
export class LogSync {
  readonly #self: PeerId;
  readonly #without: NonNullable<LogSyncOptions['without']>;
  readonly #parts: LogSyncParts;
  readonly #keeper: LinkKeeper;
  readonly #gossip: HeadsGossip;
  readonly #progress: PeerProgress;
  readonly #turn: CatchUpTurn<LogReader>;
  readonly #copies: StoredCopies;
  readonly #writers = new Set<LogWriter>();
  /** Readers of peers that are not among the chosen: closed when they have caught up. */
  readonly #exchanges = new Map<PeerId, LogReader>();
  /** By peer, logs of which it sent a batch that did not fit: asked for from the start, which mends it or proves a fork. */
  readonly #suspects = new Map<PeerId, Set<string>>();
  /** By peer, when it last refused one of our own logs. */
  readonly #refusals = new Map<PeerId, number>();
  /** By origin, the link that brought its newest records first: in a large mesh the others are told not to. */
  readonly #sources = new Map<PeerId, LogReader>();
  #cancelExchange: () => void = () => {};
  #running = false;

  /** Serves the protocol from now on; reads only after `start`. */
  constructor({ self, without = [] }: LogSyncOptions, parts: LogSyncParts) {
    const { mesh, replica, runtime, isOfOrg = () => true } = parts;
    this.#self = self;
    this.#without = without;
    this.#parts = parts;
    this.#progress = new PeerProgress(runtime);
    this.#copies = new StoredCopies(self, { replica, runtime, isOfOrg });
    this.#turn = new CatchUpTurn(runtime);
    this.#gossip = new HeadsGossip(self, {
      mesh,
      replica,
      runtime,
      onGap: (from, tries) => this.#mendGap(from, tries),
    });
    this.#keeper = new LinkKeeper(self, {
      mesh,
      runtime,
      createReader: (peer) => this.#createReader(peer, (reader) => this.#keeper.lost(reader)),
      onOpen: (reader) => this.#turn.request(reader, () => reader.ask()),
    });
    mesh.serve(PROTOCOLS.log, (link) => this.#accept(link));
    mesh.onPeer(() => this.#keeper.choose());
    replica.onGrowth((heads) => this.#grown(heads));
  }

  /** Who else has what this node wrote. */
  get copies(): Copies {
    return this.#copies;
  }

  /** Somebody was found to be of this org, or not to be. */
  orgChanged(): void {
    this.#copies.recheck();
  }

  /**
   * Resolves when everything this node wrote since its start is on another disk too (W8): true, or false when there is nobody
   * to take it or nobody took it in time.
   */
  async handedOn(withinMs: number): Promise<boolean> {
    const { mesh, replica } = this.#parts;
    const log = { origin: this.#self, epoch: replica.epoch };
    const length = replica.lengthOf(log);
    if (length === 0) return true;
    if (mesh.connected().length === 0) return false;
    return this.#copies.whenStored({ ...log, length }, { peers: 1, withinMs });
  }

  start(): void {
    this.#running = true;
    if (!this.#without.includes('links')) this.#keeper.start();
    if (!this.#without.includes('exchange')) this.#scheduleExchange();
  }

  stop(): void {
    this.#running = false;
    this.#cancelExchange();
    this.#turn.stop();
    this.#gossip.stop();
    this.#copies.stop();
    this.#keeper.stop();
    for (const reader of [...this.#exchanges.values()]) reader.close('this node stops');
    for (const writer of [...this.#writers]) writer.close('this node stops');
  }

  /** Has every head it has heard of, its tables too, and has asked every peer it reads (W8). True without any peer. */
  isCaughtUp(): boolean {
    return this.#keeper.areAllAsked() && this.#gossip.behind() === 0 && this.#parts.replica.isProjected;
  }

  /** How much of a log every peer has that was heard of within a day (L10). */
  lowestOf(log: LogId): number {
    return this.#progress.lowestOf(log);
  }

  stats(): LogSyncStats {
    const readers = this.#keeper.readers();
    return {
      links: readers.length,
      live: readers.filter(({ isLive }) => isLive).length,
      readers: this.#writers.size,
      behind: this.#gossip.behind(),
    };
  }

  #accept(link: Link): LinkHandler {
    const { replica, meter } = this.#parts;
    const writer = new LogWriter({
      link,
      replica,
      meter,
      onStored: (stored, isAll) => {
        this.#copies.said(link.peer, stored, isAll);
        this.#progress.said(link.peer, stored, isAll);
      },
      onRefused: (log) => this.#refused(link.peer, log),
      onClosed: () => this.#writers.delete(writer),
    });
    this.#writers.add(writer);
    return writer;
  }

  #grown(heads: readonly SignedHead[]): void {
    const logs = heads.map(({ origin, epoch }) => ({ origin, epoch }));
    for (const writer of this.#writers) writer.committed(logs);
    for (const reader of this.#keeper.readers()) reader.committed();
    this.#gossip.grown(logs);
  }

  /** A peer that does not mean it well must not make this node begin anew all the time. */
  #refused(peer: PeerId, log: LogId): void {
    const now = this.#parts.runtime.monotonic();
    if (log.origin !== this.#self || this.#parts.replica.lengthOf(log) === 0) return;
    if (now - (this.#refusals.get(peer) ?? Number.NEGATIVE_INFINITY) < REFUSAL_MS) return;
    this.#refusals.set(peer, now);
    void this.#parts.replica.renounce(log);
  }

  #createReader(peer: PeerId, onClosed: (reader: LogReader) => void): LogReader {
    const { replica, runtime, meter } = this.#parts;
    const reader = new LogReader(peer, {
      replica,
      meter,
      log: runtime.log,
      have: (wanted) => this.#have(reader, wanted),
      // What we wrote comes back to a node that lost its disk: what it heard before of who has it, it could not believe.
      onHeld: ({ origin, epoch, length }) => this.#copies.said(peer, [[origin, epoch, length]], false),
      onFirst: (origin) => {
        // An answer to a question is no sign that the next record will come this way too.
        if (reader.pushes(origin) && this.#keeper.readers().includes(reader)) this.#sources.set(origin, reader);
      },
      isBroughtByAnother: (origin) => {
        const source = this.#sources.get(origin);
        return source !== undefined && source !== reader && source.pushes(origin);
      },
      onCaughtUp: () => this.#caughtUp(reader),
      onProgress: () => this.#turn.progress(reader),
      onSuspect: (log) => this.#suspects.set(peer, new Set(this.#suspects.get(peer)).add(logKey(log))),
      onClosed: () => {
        this.#turn.release(reader);
        onClosed(reader);
        this.#tellSources();
        this.#replaceSource(reader);
      },
    });
    return reader;
  }

  #have(reader: LogReader, wanted: 'short' | 'all' | readonly number[]): Have {
    const { replica } = this.#parts;
    const except = [...this.#sourcesBeside(reader)];
    const suspects = this.#suspects.get(reader.peer);
    if (wanted !== 'all' && suspects === undefined) {
      const { open, hash } = replica.digest();
      if (wanted === 'short' && open.length > MAX_LISTED) {
        return { type: 'have', logs: [], closed: '', parts: [hash, ...partDigests(open)], except };
      }
      const listed = wanted === 'short' ? open : open.filter(([origin]) => wanted.includes(partOf(origin)));
      const only = wanted === 'short' ? {} : { only: [...wanted] };
      return { type: 'have', logs: listed.map((each) => [...each]), closed: hash, ...only, except };
    }
    const logs = replica.have().filter(([origin, epoch]) => !suspects?.has(logKey({ origin, epoch })));
    return { type: 'have', logs: logs.map((each) => [...each]), except };
  }

  #caughtUp(reader: LogReader): void {
    this.#turn.release(reader);
    this.#suspects.delete(reader.peer);
    if (this.#exchanges.get(reader.peer) === reader) reader.close('the exchange is done');
    else this.#tellSources();
  }

  /** Peers whose own records come from themselves, so that nobody else has to push them. */
  #sourcesBeside(reader: LogReader): readonly PeerId[] {
    const live = this.#keeper.readers().filter((each) => each.isLive && each !== reader);
    return live.map(({ peer }) => peer).sort(compareText);
  }

  /** A source came or went: said to every link, which also fetches what the one that went did not deliver any more. */
  #tellSources(): void {
    if (!this.#running) return;
    for (const reader of this.#keeper.readers()) {
      if (reader.isLive && reader.excepted.join() !== this.#sourcesBeside(reader).join()) reader.ask();
    }
  }

  /** What came over a link that has ended comes over another one from now on: a `have` makes that push everything again. */
  #replaceSource(lost: LogReader): void {
    const orphans = [...this.#sources].filter(([, source]) => source === lost).map(([origin]) => origin);
    for (const origin of orphans) this.#sources.delete(origin);
    if (orphans.length > 0 && this.#running) this.#askAny();
  }

  #askAny(): void {
    const { runtime } = this.#parts;
    const live = this.#keeper.readers().filter(({ isLive }) => isLive);
    pick(live, runtime.random())?.ask();
  }

  #scheduleExchange(): void {
    const { runtime, mesh } = this.#parts;
    const waitMs = EXCHANGE_MIN_MS + runtime.random() * (EXCHANGE_MAX_MS - EXCHANGE_MIN_MS);
    this.#cancelExchange = runtime.after(waitMs, () => {
      const peer = pick(mesh.connected(), runtime.random());
      if (peer !== undefined) this.#ask(peer);
      this.#scheduleExchange();
    });
  }

  /**
   * In a large mesh hundreds hear of a gap at once, and the one who spoke of it cannot answer them all: the first try goes to one
   * of our own links, which is told with it to push everything again.
   */
  #mendGap(from: PeerId, tries: number): void {
    if (this.#without.includes('hints')) return;
    const readers = this.#keeper.readers();
    const isNear = readers.length < MAX_LINKS || readers.some(({ peer }) => peer === from);
    if (tries > 0 || isNear) this.#ask(from);
    else this.#askAny();
  }

  /** Asks a peer for what we lack; whoever is at hand when that one is not. */
  #ask(peer: PeerId): void {
    if (!this.#running) return;
    const readers = this.#keeper.readers();
    const reader = readers.find((each) => each.peer === peer);
    if (reader) reader.ask();
    else if (this.#parts.mesh.connected().includes(peer)) this.#exchange(peer);
    else pick(readers, this.#parts.runtime.random())?.ask();
  }

  #exchange(peer: PeerId): void {
    if (this.#exchanges.has(peer)) return;
    const reader = this.#createReader(peer, () => this.#exchanges.delete(peer));
    this.#exchanges.set(peer, reader);
    openReader(reader, this.#parts.mesh, () => this.#turn.request(reader, () => reader.ask()));
  }
}

function pick<T>(from: readonly T[], chance: number): T | undefined {
  return from[Math.floor(chance * from.length)];
}
