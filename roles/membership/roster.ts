import type { PeerId } from '../../protocols/ids.ts';
import { TOPICS } from '../../protocols/names.ts';
import { isNewer, type Presence, presenceIntervalMs } from '../../protocols/presence.ts';
import type { Mesh } from '../ports/links.ts';
import type { Member, Roster } from '../ports/roster.ts';
import type { Runtime } from '../ports/runtime.ts';

export interface RosterOptions {
  readonly self: PeerId;
  /** A silent node is forgotten after so many milliseconds. Default 24 h; longer costs memory and shows nodes that are gone. */
  readonly forgetAfterMs?: number;
}

export interface RosterParts {
  readonly mesh: Pick<Mesh, 'connected' | 'onPeer' | 'onGossip' | 'onFrame'>;
  readonly runtime: Runtime;
}

/** A peer unheard for a day holds nothing back any more (L10). */
const FORGET_AFTER_MS = 24 * 60 * 60 * 1000;
/** Live = heard of within so many presence intervals (W1). */
const MISSED_INTERVALS = 3;

interface Heard {
  readonly presence: Presence;
  /** Of that presence. */
  readonly heardAt: number;
  readonly driftMs: number;
  /** Of that presence, or of anything later that only the node itself can have sent. */
  aliveAt: number;
}

/**
 * Who is in the mesh. Gossiped presences tell who is what; a node is live while it is heard of, be it by a newer presence or by
 * a frame on a link with it (W1). Kept in memory only, because what was true before a restart says nothing now.
 */
export class MeshRoster implements Roster {
  readonly #options: Required<RosterOptions>;
  readonly #parts: RosterParts;
  readonly #heard = new Map<PeerId, Heard>();
  readonly #listeners: (() => void)[] = [];
  #live = new Set<PeerId>();
  #cancelExpiry: (() => void) | undefined;
  #expiryAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  /** Listens from its construction on: build it before the mesh starts. */
  constructor(options: RosterOptions, parts: RosterParts) {
    this.#options = { forgetAfterMs: FORGET_AFTER_MS, ...options };
    this.#parts = parts;
    parts.mesh.onGossip(TOPICS.presence, (from, presence) => {
      if (from === presence.card.peer && from !== options.self) this.#apply(presence);
    });
    parts.mesh.onPeer(() => this.#tell());
    parts.mesh.onFrame?.((peer) => this.#noteFrame(peer));
  }

  /** This node's own presence: gossip does not come back to its sender. */
  applyOwn(presence: Presence): void {
    this.#apply(presence);
  }

  members(): readonly Member[] {
    const now = this.#parts.runtime.monotonic();
    const connected = new Set(this.#parts.mesh.connected());
    return [...this.#heard].map(([peer, { aliveAt, ...heard }]) => ({
      peer,
      ...heard,
      live: this.#isLive(peer, aliveAt, now),
      connected: connected.has(peer),
    }));
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelExpiry?.();
  }

  /** Older or equal presences change nothing: a replayed one keeps nobody alive. */
  #apply(presence: Presence): void {
    const { peer } = presence.card;
    const before = this.#heard.get(peer);
    if (before !== undefined && !isNewer(presence, before.presence)) return;
    const { runtime } = this.#parts;
    const heardAt = runtime.monotonic();
    this.#heard.set(peer, { presence, heardAt, driftMs: presence.clock - runtime.wall(), aliveAt: heardAt });
    const isNews = before === undefined || !this.#live.has(peer) || saysOtherwise(before.presence, presence);
    this.#noteAlive(peer, heardAt);
    if (isNews) this.#tell();
  }

  /**
   * Hundreds of nodes say every few seconds that they are there: what was to be looked at next comes no sooner by that, unless it
   * was further away than this node's own silence.
   */
  #noteAlive(peer: PeerId, at: number): void {
    this.#live.add(peer);
    if (peer !== this.#options.self && at + this.#liveMs() < this.#expiryAt) this.#watchExpiry();
  }

  /** Thousands a second: of a node that is live anyway nothing is looked at before its time would have come. */
  #noteFrame(peer: PeerId): void {
    const heard = this.#heard.get(peer);
    if (heard === undefined || this.#stopped) return;
    heard.aliveAt = this.#parts.runtime.monotonic();
    if (this.#live.has(peer)) return;
    this.#noteAlive(peer, heard.aliveAt);
    this.#tell();
  }

  /** Looks again when the next live member would go silent, or the next silent one is forgotten. */
  #watchExpiry(): void {
    this.#cancelExpiry?.();
    this.#expiryAt = Number.POSITIVE_INFINITY;
    if (this.#stopped) return;
    const now = this.#parts.runtime.monotonic();
    const ends = [...this.#heard]
      .filter(([peer]) => peer !== this.#options.self)
      .map(
        ([peer, { aliveAt }]) =>
          aliveAt + (this.#isLive(peer, aliveAt, now) ? this.#liveMs() : this.#options.forgetAfterMs),
      );
    this.#live = this.#liveNow(now);
    if (ends.length === 0) return;
    this.#expiryAt = Math.max(now + 1, Math.min(...ends));
    this.#cancelExpiry = this.#parts.runtime.after(this.#expiryAt - now, () => this.#expire());
  }

  #expire(): void {
    const now = this.#parts.runtime.monotonic();
    const before = this.#live;
    const known = this.#heard.size;
    for (const [peer, { aliveAt }] of this.#heard) {
      if (peer !== this.#options.self && now - aliveAt >= this.#options.forgetAfterMs) this.#heard.delete(peer);
    }
    this.#watchExpiry();
    if (this.#heard.size !== known || this.#live.size !== before.size) this.#tell();
  }

  #liveNow(now: number): Set<PeerId> {
    return new Set(
      [...this.#heard].filter(([peer, { aliveAt }]) => this.#isLive(peer, aliveAt, now)).map(([peer]) => peer),
    );
  }

  #isLive(peer: PeerId, aliveAt: number, now: number): boolean {
    return peer === this.#options.self || now - aliveAt < this.#liveMs();
  }

  #liveMs(): number {
    return MISSED_INTERVALS * presenceIntervalMs(this.#heard.size);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Does it say anything but that its node is still there? */
function saysOtherwise(before: Presence, after: Presence): boolean {
  const news = ({ card, epoch, ready, draining, load }: Presence) =>
    JSON.stringify([card, epoch, ready, draining, load]);
  return news(before) !== news(after);
}
