import type { PeerId } from '../../protocols/ids.ts';

/** One node that offers a general, as this node sees it now. */
export interface Offering {
  readonly peer: PeerId;
  /** Its name, for people. */
  readonly node: string;
  readonly cluster: string;
  readonly region: string;
  readonly org: string;
  readonly specialisations: readonly string[];
  /**
   * live: takes work · starting: has not caught up · draining: leaves · away: not heard of within three presence intervals, or
   * not since this node's start.
   */
  readonly state: 'live' | 'starting' | 'draining' | 'away';
  /** What a person set for this general in this cluster. */
  readonly status: 'active' | 'inactive' | 'busy';
  /** Running and queued, as estimated now. */
  readonly load: number;
  /** How much of it this node gave: that much is certain, the rest may be out of date. */
  readonly given: number;
  readonly capacity: number;
  /** Median of its last tasks, milliseconds. */
  readonly latencyMs?: number;
  /** Share of failures among its last tasks, 0–1. */
  readonly failureRate: number;
}

/** Why a node cannot be asked at all; undefined when it can. */
export function hindranceOf(offering: Offering, org: string): string | undefined {
  if (offering.org !== org) return `foreign: it belongs to ${offering.org}`;
  if (offering.status === 'inactive') return `inactive: a person set it so in ${offering.cluster}`;
  switch (offering.state) {
    case 'away':
      return 'away: not heard of lately';
    case 'draining':
      return 'draining: it leaves';
    case 'starting':
      return 'starting: it has not caught up';
    case 'live':
      return undefined;
  }
}

/** It has as much from this node alone as it takes: asking it would be idle. */
export function isSurelyFull({ given, capacity }: Offering): boolean {
  return given >= capacity;
}

export function hasRoom({ load, capacity }: Offering): boolean {
  return load < capacity;
}
