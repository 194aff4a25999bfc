import type { Epoch, PeerId } from '../../protocols/ids.ts';
import type { CounterName, HistogramName, LabelsOf } from './metrics.ts';

/** The clock, chance, identity and voice of a node. In the simulator all of it is manual and seeded. */
export interface Runtime {
  /** Milliseconds that only move forward: for every wait and every lease. */
  monotonic(): number;
  /** Wall-clock milliseconds: for people, credentials and retention only. */
  wall(): number;
  /** 0 ≤ x < 1. */
  random(): number;
  /** A new ULID. */
  ulid(): Epoch;
  /** Calls `run` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` once everything that has arrived by now was taken in, without a timer. Absent: a microtask later will do. */
  readonly soon?: (run: () => void) => void;
  readonly log: Logger;
}

/** A message is a fixed phrase, its facts are fields. */
export interface Logger {
  debug(facts: object, phrase: string): void;
  info(facts: object, phrase: string): void;
  warn(facts: object, phrase: string): void;
  error(facts: object, phrase: string): void;
  child(facts: object): Logger;
}

/** The node's Ed25519 identity. Synchronous on purpose: a signature costs about 40 µs and is made once a commit group. */
export interface Identity {
  readonly peer: PeerId;
  sign(bytes: Uint8Array): Uint8Array;
  /** The key is inside the peer id, so anybody's signature can be checked offline. */
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean;
}

/** What people count. Every name with its labels is in roles/ports/metrics.ts: another one does not compile. */
export interface Meter {
  count<N extends CounterName>(name: N, labels?: LabelsOf<N>, by?: number): void;
  observe<N extends HistogramName>(name: N, value: number, labels?: LabelsOf<N>): void;
}
