import type { PeerId } from '../../protocols/ids.ts';

interface Account {
  /** Tasks that this node has out with that general: offered, or held by it. */
  out: number;
  /** When its load was last told (monotonic): what follows is counted since then. */
  heardAt: number;
  /** Tasks of this node that ended there since. */
  ended: number;
  /** It answered that it is full since. */
  isFull: boolean;
}

/**
 * How loaded a general is by now. Presences are up to an interval old, and an owner that decides hundreds of times meanwhile
 * would send everything to the same node: so it counts what it gave out itself, and what it saw end. A load that is told does
 * not replace that count, because it may have been on its way while offers were.
 */
export class LoadEstimate {
  readonly #accounts = new Map<string, Account>();

  /** A task was given to it. */
  give(peer: PeerId, general: string): void {
    this.#account(peer, general).out++;
  }

  /** It did not take the task, or is no longer counted on. */
  takeBack(peer: PeerId, general: string): void {
    this.#account(peer, general).out--;
  }

  /** It is rid of a task. @param heardAt when its load was last told */
  end(peer: PeerId, general: string, heardAt: number): void {
    const account = this.#account(peer, general, heardAt);
    account.out--;
    account.ended++;
  }

  /** It answered that it is full, whatever it told: believed until it tells its load again, or is rid of something. */
  fill(peer: PeerId, general: string, heardAt: number): void {
    const account = this.#account(peer, general, heardAt);
    account.isFull = true;
    account.ended = 0;
  }

  /** How much of its load is this node's own doing: that much is certain. */
  givenTo(peer: PeerId, general: string): number {
    return this.#accounts.get(keyOf(peer, general))?.out ?? 0;
  }

  /** Running and queued. @param told what it said at `heardAt` */
  loadOf(
    peer: PeerId,
    general: string,
    offer: { readonly told: number; readonly capacity: number; readonly heardAt: number },
  ): number {
    const account = this.#accounts.get(keyOf(peer, general));
    if (account === undefined) return offer.told;
    if (account.heardAt !== offer.heardAt) return Math.max(account.out, offer.told);
    const told = account.isFull ? offer.capacity : offer.told;
    return Math.max(account.out, told - account.ended, 0);
  }

  #account(peer: PeerId, general: string, heardAt?: number): Account {
    const key = keyOf(peer, general);
    const account = this.#accounts.get(key) ?? { out: 0, heardAt: heardAt ?? 0, ended: 0, isFull: false };
    this.#accounts.set(key, account);
    if (heardAt !== undefined && account.heardAt !== heardAt)
      Object.assign(account, { heardAt, ended: 0, isFull: false });
    return account;
  }
}

function keyOf(peer: PeerId, general: string): string {
  return `${peer}/${general}`;
}
