import type { LogId } from '../../protocols/ids.ts';
import { chainHash, genesisHash, type Head, headBytes, type SignedHead } from '../../protocols/record.ts';
import type { Identity } from '../ports/runtime.ts';

/** How long a log is and the hash of its chain there. */
export interface Tip {
  readonly length: number;
  readonly hash: Uint8Array;
}

export function emptyTip(log: LogId): Tip {
  return { length: 0, hash: genesisHash(log) };
}

export function extendTip(tip: Tip, records: readonly Uint8Array[]): Tip {
  return { length: tip.length + records.length, hash: chainHash(tip.hash, records) };
}

export function signHead(identity: Identity, log: LogId, tip: Tip): SignedHead {
  const head: Head = { origin: log.origin, epoch: log.epoch, length: tip.length, hash: tip.hash };
  return { ...head, signature: identity.sign(headBytes(head)) };
}

export function isSignedByOrigin(identity: Identity, head: SignedHead): boolean {
  return identity.verify(head.origin, headBytes(head), head.signature);
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
