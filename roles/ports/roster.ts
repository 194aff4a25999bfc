import type { PeerId } from '../../protocols/ids.ts';
import type { Presence } from '../../protocols/presence.ts';

/** A node of the mesh as this node sees it. */
export interface Member {
  readonly peer: PeerId;
  readonly presence: Presence;
  /** Heard of within three presence intervals, by a newer presence or any frame of its own (W1). This node itself is always live. */
  readonly live: boolean;
  readonly connected: boolean;
  /** Monotonic milliseconds of the last newer presence. */
  readonly heardAt: number;
  /** Its wall clock minus ours when it was last heard, milliseconds. */
  readonly driftMs: number;
}

export interface Roster {
  /** Every node heard of since the start, this one included. */
  members(): readonly Member[];
  /** Calls back when a node came, went, or its card, readiness or load changed. */
  onChange(listener: () => void): void;
}
