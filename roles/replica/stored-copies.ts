import { logKey, type PeerId, type Position } from '../../protocols/ids.ts';
import type { Stored } from '../../protocols/log-sync.ts';
import type { Copies, OwnEnd, WantedCopies } from '../ports/copies.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Replica } from './replica.ts';

export interface StoredCopiesParts {
  readonly replica: Pick<Replica, 'lengthOf' | 'epoch' | 'placeOf'>;
  readonly runtime: Pick<Runtime, 'after'>;
  /** Only nodes of this node's own org count. */
  isOfOrg(peer: PeerId): boolean;
}

interface Waiter {
  readonly end: OwnEnd;
  readonly peers: number;
  readonly done: (stored: boolean) => void;
}

/** Keeps what readers say they have synced of our own logs, and tells who waits for it (I1, W8). */
export class StoredCopies implements Copies {
  readonly #self: PeerId;
  readonly #parts: StoredCopiesParts;
  /** Own log → peer → how many records it has. */
  readonly #lengths = new Map<string, Map<PeerId, number>>();
  /** By own log, in the order they came. */
  readonly #waiting = new Map<string, Set<Waiter>>();

  constructor(self: PeerId, parts: StoredCopiesParts) {
    this.#self = self;
    this.#parts = parts;
  }

  async stored(position: Position, wanted: WantedCopies): Promise<boolean> {
    const { origin, epoch, seq } = this.#parts.replica.placeOf(position);
    if (origin !== this.#self) return wanted.peers <= 1;
    return this.whenStored({ origin, epoch, length: seq + 1 }, wanted);
  }

  whenStored(end: OwnEnd, { peers, withinMs }: WantedCopies): Promise<boolean> {
    if (this.#isStored(end, peers)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const cancel = this.#parts.runtime.after(withinMs, () => waiter.done(false));
      const waiter: Waiter = {
        end,
        peers,
        done: (stored) => {
          cancel();
          this.#forget(waiter);
          resolve(stored);
        },
      };
      const key = logKey(end);
      this.#waiting.set(key, (this.#waiting.get(key) ?? new Set()).add(waiter));
    });
  }

  /**
   * What a peer says. A claim beyond our own end is none: we never sent that.
   * @param isAll it named every log it has, so what it does not name of this boot it does not have (any more)
   */
  said(peer: PeerId, stored: Stored, isAll: boolean): void {
    if (isAll) this.#lengths.get(logKey({ origin: this.#self, epoch: this.#parts.replica.epoch }))?.delete(peer);
    for (const [origin, epoch, length] of stored) {
      const log = { origin, epoch };
      if (origin !== this.#self || length > this.#parts.replica.lengthOf(log)) continue;
      const key = logKey(log);
      this.#lengths.set(key, (this.#lengths.get(key) ?? new Map()).set(peer, length));
      this.#settle(key);
    }
  }

  /** Who is of the org has changed. */
  recheck(): void {
    for (const key of [...this.#waiting.keys()]) this.#settle(key);
  }

  /** Nobody is waited for any more. */
  stop(): void {
    for (const waiters of [...this.#waiting.values()]) for (const waiter of [...waiters]) waiter.done(false);
  }

  #isStored(end: OwnEnd, peers: number): boolean {
    return (this.#reached(logKey(end))[peers - 1] ?? 0) >= end.length;
  }

  /** How far each other node of the org is, the furthest first. */
  #reached(key: string): readonly number[] {
    const lengths = [...(this.#lengths.get(key) ?? [])].filter(([peer]) => this.#parts.isOfOrg(peer));
    return lengths.map(([, length]) => length).sort((a, b) => b - a);
  }

  #settle(key: string): void {
    const waiters = this.#waiting.get(key);
    if (waiters === undefined) return;
    const reached = this.#reached(key);
    for (const { end, peers, done } of [...waiters]) if ((reached[peers - 1] ?? 0) >= end.length) done(true);
  }

  #forget(waiter: Waiter): void {
    const key = logKey(waiter.end);
    const waiters = this.#waiting.get(key);
    waiters?.delete(waiter);
    if (waiters?.size === 0) this.#waiting.delete(key);
  }
}
