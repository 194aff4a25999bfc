import type { PeerId } from '../../protocols/ids.ts';

/** A peer this node may speak with, and where it may be found. */
export interface KnownPeer {
  readonly peer: PeerId;
  /** Multiaddrs, with or without `/p2p/<peer>`. Empty: it is admitted when it calls, but never dialled. */
  readonly addresses: readonly string[];
}

/** Who belongs to the mesh. An adapter is a static list now; the overlay's come later. */
export interface Discovery {
  peers(): readonly KnownPeer[];
  /** Calls back after `peers()` changed. */
  onChange(listener: () => void): void;
}
