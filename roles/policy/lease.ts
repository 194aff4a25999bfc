import { LEASE_MS } from '../../protocols/dispatch.ts';
import type { PeerId } from '../../protocols/ids.ts';

/** Who works on something, and until when that is believed without another sign. Times are monotonic milliseconds of this node. */
export interface Lease {
  readonly holder: PeerId;
  readonly until: number;
}

export function grantLease(holder: PeerId, now: number): Lease {
  return { holder, until: now + LEASE_MS };
}

/** A sign of life from somebody else renews nothing. */
export function renewLease(lease: Lease, from: PeerId, now: number): Lease {
  return from === lease.holder ? grantLease(from, now) : lease;
}

export function isLapsed(lease: Lease, now: number): boolean {
  return now >= lease.until;
}
