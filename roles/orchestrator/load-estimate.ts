import type { PeerId } from '../../protocols/ids.ts';

interface Change {
  readonly heardAt: number;
  readonly by: number;
}

/**
 * What this node gave to and saw finished by each general since that general last told its load: presences are up to an
 * interval old, and an owner that decides hundreds of times meanwhile would send everything to the same node.
 */
export class LoadEstimate {
  readonly #changes = new Map<string, Change>();

  /** @param heardAt when the load was last told (monotonic): what was counted before is in it. */
  add(peer: PeerId, general: string, by: number, heardAt: number): void {
    this.#changes.set(keyOf(peer, general), { heardAt, by: this.#since(peer, general, heardAt) + by });
  }

  /** It answered that it is full, whatever it told: believed until it tells its load again or is rid of something. */
  setLoad(peer: PeerId, general: string, load: number, told: number, heardAt: number): void {
    this.#changes.set(keyOf(peer, general), { heardAt, by: load - told });
  }

  /** Running and queued, from what was told and what happened since. */
  loadOf(peer: PeerId, general: string, told: number, heardAt: number): number {
    return Math.max(0, told + this.#since(peer, general, heardAt));
  }

  #since(peer: PeerId, general: string, heardAt: number): number {
    const change = this.#changes.get(keyOf(peer, general));
    return change?.heardAt === heardAt ? change.by : 0;
  }
}

function keyOf(peer: PeerId, general: string): string {
  return `${peer}/${general}`;
}
