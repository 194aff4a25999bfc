import { compareText, type Epoch, type LogId, logKey, type PeerId } from '../../protocols/ids.ts';
import { NOTHING_WANTED } from '../../protocols/log-sync.ts';
import type { SignedHead } from '../../protocols/record.ts';
import { emptyTip, type Tip } from './chain.ts';

/** What this node knows of one log. */
export interface LogState {
  readonly log: LogId;
  /** What is synced: all that others may be told of. */
  committed: number;
  /** The end of what is checked and on its way to the disk: where the next batch has to begin. */
  pending: Tip;
  /** Two heads that its origin signed disagree: it grows no more (L2). */
  quarantined: boolean;
}

export type LogLength = readonly [PeerId, Epoch, number];

/** The map (origin, epoch) → length that is a node's state (L4). Lengths only grow. */
export class Heads {
  readonly #states = new Map<string, LogState>();

  load(head: SignedHead): void {
    const state = this.open(head);
    state.committed = head.length;
    state.pending = { length: head.length, hash: head.hash };
  }

  get(log: LogId): LogState | undefined {
    return this.#states.get(logKey(log));
  }

  /** The state of a log that may be new. */
  open(log: LogId): LogState {
    const key = logKey(log);
    const known = this.#states.get(key);
    if (known) return known;
    const id = { origin: log.origin, epoch: log.epoch };
    const state = { log: id, committed: 0, pending: emptyTip(id), quarantined: false };
    this.#states.set(key, state);
    return state;
  }

  commit(head: SignedHead): void {
    const state = this.open(head);
    state.committed = Math.max(state.committed, head.length);
  }

  all(): readonly LogState[] {
    return [...this.#states.values()];
  }

  /** In the order of positions, so that two nodes with the same logs say the same. */
  have(): readonly LogLength[] {
    return this.all()
      .filter(({ committed, quarantined }) => committed > 0 || quarantined)
      .map(
        ({ log, committed, quarantined }): LogLength => [
          log.origin,
          log.epoch,
          quarantined ? NOTHING_WANTED : committed,
        ],
      )
      .sort((a, b) => compareText(a[0], b[0]) || compareText(a[1], b[1]));
  }
}
