import type { LogId, Position } from '../../protocols/ids.ts';

/** How many other nodes must have it, and how long it is waited for. */
export interface WantedCopies {
  readonly peers: number;
  /** Milliseconds. */
  readonly withinMs: number;
}

/** The end of one of this node's own logs. */
export interface OwnEnd extends LogId {
  /** Records before it. */
  readonly length: number;
}

/**
 * Who else has synced what this node wrote. It is the word of authenticated nodes of the same org, and no proof: a node that says
 * so and does not do so is not found out before its copy is needed.
 */
export interface Copies {
  /**
   * Resolves true once so many others have the record, false when they do not in time. Never rejects. Of a record of another
   * node's log that node counts as one that has it: more is not known of those.
   */
  stored(position: Position, wanted: WantedCopies): Promise<boolean>;
  /** The same for everything before the end of a log. */
  whenStored(end: OwnEnd, wanted: WantedCopies): Promise<boolean>;
}
