import { type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import type { Heads } from '../../protocols/log-sync.ts';
import { TOPICS, WIRE_VERSION } from '../../protocols/names.ts';
import { type Pace, pace } from '../policy/pace.ts';
import type { Mesh } from '../ports/links.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Replica } from './replica.ts';

/** At most ten a second (L6). */
const MIN_INTERVAL_MS = 100;
/** What a node may receive of these from all its peers together, every copy counted: 5 kB/s, half of what L6 allows. */
const BYTES_PER_MS = 5;
/** So often a message arrives: once from each neighbour on the topic but those it is handed on to first. */
const COPIES = 3;
/** Signature, key, ids, protobuf, and what the stream puts around a message. */
const ENVELOPE_BYTES = 250;
/** A peer that gossiped within this counts as active, or within three intervals when they are longer. */
const ACTIVE_MS = 10_000;
/** Logs that one message names: the newest to grow, the own one among them. */
const MAX_LOGS = 8;
/** Who was asked first may lack it too. */
const MAX_TRIES = 2;
/** How long a push that is on its way may take before a longer head counts as a gap. */
const GRACE_MS = 300;
/** Heads heard of and not reached; more than any org has logs being written. */
const MAX_HEARD = 1_024;

export interface HeadsGossipParts {
  readonly mesh: Pick<Mesh, 'publish' | 'onGossip'>;
  readonly replica: Pick<Replica, 'lengthOf' | 'expectedLengthOf' | 'isQuarantined'>;
  readonly runtime: Runtime;
  /** Something that `from` spoke of has not arrived; `tries` were made before. */
  onGap(from: PeerId, tries: number): void;
}

interface Heard {
  readonly log: LogId;
  readonly length: number;
  readonly from: PeerId;
  tries: number;
}

/** Tells others how long our log is and finds out what did not arrive (L6). Only a hint: the logs travel on links. */
export class HeadsGossip {
  readonly #self: PeerId;
  readonly #parts: HeadsGossipParts;
  readonly #pace: Pace;
  readonly #changed = new Map<string, LogId>();
  readonly #active = new Map<PeerId, number>();
  readonly #heard = new Map<string, Heard>();
  #bytes = ENVELOPE_BYTES;
  #intervalMs = MIN_INTERVAL_MS;
  #cancelCheck: (() => void) | undefined;
  #stopped = false;

  constructor(self: PeerId, parts: HeadsGossipParts) {
    this.#self = self;
    this.#parts = parts;
    this.#pace = pace(
      parts.runtime,
      () => this.#nextIntervalMs(),
      () => this.#publish(),
    );
    parts.mesh.onGossip(TOPICS.heads, (from, heads) => this.#hear(from, heads));
  }

  /** Own commits are told; those of others ride along, so that n nodes do not repeat each record n times. */
  grown(logs: readonly LogId[]): void {
    for (const log of logs) this.#changed.set(logKey(log), log);
    if (!this.#stopped && logs.some(({ origin }) => origin === this.#self)) this.#pace.request();
  }

  /** Logs that somebody has more of than we do. */
  behind(): number {
    return this.#unreached((log) => this.#parts.replica.lengthOf(log)).length;
  }

  stop(): void {
    this.#stopped = true;
    this.#pace.stop();
    this.#cancelCheck?.();
  }

  #publish(): void {
    const logs = [...this.#changed.values()].slice(-MAX_LOGS);
    this.#changed.clear();
    const { replica } = this.#parts;
    const lengths = logs.map((log): Heads['logs'][number] => [log.origin, log.epoch, replica.lengthOf(log)]);
    const message: Heads = { v: WIRE_VERSION, logs: lengths };
    this.#bytes = JSON.stringify(message).length + ENVELOPE_BYTES;
    this.#parts.mesh.publish(TOPICS.heads, message);
  }

  #nextIntervalMs(): number {
    this.#intervalMs = gossipIntervalMs(this.#bytes, this.#activeOrigins());
    return this.#intervalMs;
  }

  #activeOrigins(): number {
    const since = this.#parts.runtime.monotonic() - Math.max(ACTIVE_MS, 3 * this.#intervalMs);
    for (const [peer, at] of this.#active) if (at < since) this.#active.delete(peer);
    return this.#active.size + 1;
  }

  #hear(from: PeerId, { logs }: Heads): void {
    if (this.#stopped) return;
    this.#active.set(from, this.#parts.runtime.monotonic());
    for (const [origin, epoch, length] of logs) this.#note({ origin, epoch }, length, from);
    this.#watch();
  }

  #watch(): void {
    if (this.#cancelCheck || !this.#hasUnasked()) return;
    this.#cancelCheck = this.#parts.runtime.after(GRACE_MS, () => this.#check());
  }

  #note(log: LogId, length: number, from: PeerId): void {
    const key = logKey(log);
    const known = Math.max(this.#parts.replica.expectedLengthOf(log), this.#heard.get(key)?.length ?? 0);
    if (length <= known || this.#parts.replica.isQuarantined(log)) return;
    if (this.#heard.size >= MAX_HEARD && !this.#heard.has(key)) return;
    this.#heard.set(key, { log, length, from, tries: 0 });
  }

  #hasUnasked(): boolean {
    return [...this.#heard.values()].some(({ tries }) => tries < MAX_TRIES);
  }

  #check(): void {
    this.#cancelCheck = undefined;
    const unreached = this.#unreached((log) => this.#parts.replica.expectedLengthOf(log));
    const missing = unreached.filter(({ tries }) => tries < MAX_TRIES);
    for (const [from, heard] of Map.groupBy(missing, (each) => each.from)) {
      this.#parts.onGap(from, Math.max(...heard.map(({ tries }) => tries)));
    }
    for (const heard of missing) heard.tries += 1;
    this.#watch();
  }

  /** Forgets what has been reached. */
  #unreached(lengthOf: (log: LogId) => number): readonly Heard[] {
    for (const [key, { log, length }] of this.#heard) {
      if (lengthOf(log) >= length || this.#parts.replica.isQuarantined(log)) this.#heard.delete(key);
    }
    return [...this.#heard.values()];
  }
}

/** Grows with the number of those who speak, so that each node hears at most 5 kB/s of it. */
export function gossipIntervalMs(bytes: number, activeOrigins: number): number {
  return Math.max(MIN_INTERVAL_MS, Math.ceil((bytes * COPIES * activeOrigins) / BYTES_PER_MS));
}
