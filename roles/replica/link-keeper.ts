import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { PROTOCOLS } from '../../protocols/names.ts';
import { rendezvousOrder } from '../policy/rendezvous.ts';
import type { Mesh } from '../ports/links.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { LogReader } from './log-reader.ts';

/** Links that a node reads on (L6). */
export const MAX_LINKS = 6;
/** First wait after a link ended; doubles up to the cap. */
const RETRY_BASE_MS = 250;
const RETRY_CAP_MS = 15_000;
/** A link that held this long was a good one: the next failure begins at the base again. */
const GOOD_AFTER_MS = 10_000;

export interface LinkKeeperParts {
  readonly mesh: Pick<Mesh, 'connected' | 'open'>;
  readonly runtime: Runtime;
  /** A reader whose `onClosed` calls `lost`. */
  createReader(peer: PeerId): LogReader;
  onOpen(reader: LogReader): void;
}

interface Slot {
  reader: LogReader | undefined;
  openedAt: number;
  failures: number;
  cancelRetry: (() => void) | undefined;
}

/** Keeps a reader open to each of the chosen peers while they are connected. */
export class LinkKeeper {
  readonly #self: PeerId;
  readonly #parts: LinkKeeperParts;
  readonly #slots = new Map<PeerId, Slot>();
  #running = false;

  constructor(self: PeerId, parts: LinkKeeperParts) {
    this.#self = self;
    this.#parts = parts;
  }

  start(): void {
    this.#running = true;
    this.choose();
  }

  stop(): void {
    this.#running = false;
    for (const peer of [...this.#slots.keys()]) this.#drop(peer, 'this node stops');
  }

  readers(): readonly LogReader[] {
    return [...this.#slots.values()].map(({ reader }) => reader).filter((reader) => reader !== undefined);
  }

  /** Every chosen peer has been asked: its link has caught up, or there was none to be had. A broken peer holds up nobody. */
  areAllAsked(): boolean {
    return [...this.#slots.values()].every(({ reader, failures }) => reader?.isLive === true || failures > 0);
  }

  /** After a connection came or went. */
  choose(): void {
    if (!this.#running) return;
    const chosen = chooseLinks(this.#self, this.#parts.mesh.connected(), MAX_LINKS);
    for (const peer of [...this.#slots.keys()]) if (!chosen.includes(peer)) this.#drop(peer, 'not chosen any more');
    for (const peer of chosen) {
      if (this.#slots.has(peer)) continue;
      this.#slots.set(peer, { reader: undefined, openedAt: 0, failures: 0, cancelRetry: undefined });
      this.#open(peer);
    }
  }

  /** The reader's link has ended: tried again while the peer is connected and chosen. */
  lost(reader: LogReader): void {
    const slot = this.#slots.get(reader.peer);
    if (slot?.reader !== reader) return;
    slot.reader = undefined;
    const now = this.#parts.runtime.monotonic();
    slot.failures = now - slot.openedAt > GOOD_AFTER_MS ? 0 : slot.failures + 1;
    const waitMs = retryMs(slot.failures, this.#parts.runtime.random());
    slot.cancelRetry = this.#parts.runtime.after(waitMs, () => this.#open(reader.peer));
  }

  #open(peer: PeerId): void {
    const slot = this.#slots.get(peer);
    if (slot === undefined) return;
    const reader = this.#parts.createReader(peer);
    slot.reader = reader;
    slot.openedAt = this.#parts.runtime.monotonic();
    slot.cancelRetry = undefined;
    openReader(reader, this.#parts.mesh, () => this.#parts.onOpen(reader));
  }

  #drop(peer: PeerId, reason: string): void {
    const slot = this.#slots.get(peer);
    this.#slots.delete(peer);
    slot?.cancelRetry?.();
    slot?.reader?.close(reason);
  }
}

/** Opens the stream of a reader; a failure closes the reader. */
export function openReader(reader: LogReader, mesh: Pick<Mesh, 'open'>, onOpen: () => void): void {
  mesh
    .open(PROTOCOLS.log, reader.peer, reader)
    .then((link) => {
      reader.attach(link);
      if (!reader.isClosed) onOpen();
    })
    .catch((error: unknown) => reader.close(messageOf(error)));
}

/** All peers when they are few; else those that a hash of both ids ranks first: every node another set, and always the same. */
export function chooseLinks(self: PeerId, connected: readonly PeerId[], limit: number): readonly PeerId[] {
  return connected.length <= limit ? connected : rendezvousOrder(self, connected).slice(0, limit);
}

/** Between half of and the whole doubled wait. */
export function retryMs(failures: number, chance: number): number {
  return Math.min(RETRY_CAP_MS, RETRY_BASE_MS * 2 ** Math.min(failures, 20)) * (0.5 + chance / 2);
}
