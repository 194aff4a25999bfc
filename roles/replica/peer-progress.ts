import { type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import type { Stored } from '../../protocols/log-sync.ts';
import type { Runtime } from '../ports/runtime.ts';

/** A peer that said nothing for so long does not hold retention (L10). */
export const HOLDS_MS = 24 * 60 * 60_000;

interface Said {
  at: number;
  readonly lengths: Map<string, number>;
}

/** What each peer said it has, the last time it was heard. */
export class PeerProgress {
  readonly #runtime: Pick<Runtime, 'monotonic'>;
  readonly #said = new Map<PeerId, Said>();

  constructor(runtime: Pick<Runtime, 'monotonic'>) {
    this.#runtime = runtime;
  }

  /** @param isAll it named every log that it has */
  said(peer: PeerId, stored: Stored, isAll: boolean): void {
    const at = this.#runtime.monotonic();
    const before = this.#said.get(peer);
    const said = isAll || before === undefined ? { at, lengths: new Map<string, number>() } : before;
    said.at = at;
    for (const [origin, epoch, length] of stored) said.lengths.set(logKey({ origin, epoch }), length);
    this.#said.set(peer, said);
  }

  /** How much of a log each peer of the last day has at least; without any, there is no limit. */
  lowestOf(log: LogId): number {
    const since = this.#runtime.monotonic() - HOLDS_MS;
    const key = logKey(log);
    let lowest = Number.POSITIVE_INFINITY;
    for (const [peer, { at, lengths }] of this.#said) {
      if (at < since) this.#said.delete(peer);
      else lowest = Math.min(lowest, lengths.get(key) ?? 0);
    }
    return lowest;
  }
}
