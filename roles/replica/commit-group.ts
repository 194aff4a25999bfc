import { LIMITS } from '../../protocols/names.ts';

/** One thing to be written. A received batch counts with all its records. */
export interface GroupItem {
  readonly records: number;
  readonly bytes: number;
}

export interface GroupLimits {
  readonly records: number;
  readonly bytes: number;
}

interface Waiter<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitQueueOptions extends Partial<GroupLimits> {
  /**
   * Calls back once all that has arrived by now was taken in. A group begins then: what follows from the group before it, and
   * what other peers sent meanwhile, goes with it rather than into one of its own. Default: a microtask later, and at once after
   * a group.
   */
  readonly soon?: ((run: () => void) => void) | undefined;
}

/**
 * Group commit without a timer (L7): one group is being synced, what arrives meanwhile is the next. Whoever adds waits for
 * its own group only. The first failed commit fails everything waiting and everything after it (L8).
 */
export class CommitQueue<T extends GroupItem> {
  readonly #limits: GroupLimits;
  readonly #soon: CommitQueueOptions['soon'];
  readonly #commit: (items: readonly T[]) => Promise<void>;
  #waiting: Waiter<T>[] = [];
  #running: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor({ soon, ...limits }: CommitQueueOptions, commit: (items: readonly T[]) => Promise<void>) {
    this.#soon = soon;
    this.#limits = { records: LIMITS.groupRecords, bytes: LIMITS.groupBytes, ...limits };
    this.#commit = commit;
  }

  /** Resolves once the group that holds the item is synced. Items are written in the order they were added. */
  add(item: T): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      // Not now, so that what one turn of the event loop adds is one group.
      this.#running ??= this.#gather().then(() => this.#run());
    });
  }

  /** Something was added that is not in the group in flight. */
  get isAnyWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when nothing is in flight and nothing waits, whatever became of it. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Fails everything that waits and all that is added later; the group in flight ends by itself. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const waiter of this.#waiting.splice(0)) waiter.reject(this.#failure.error);
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#commitNext();
      if (this.#soon !== undefined && this.#waiting.length > 0) await this.#gather();
    }
    this.#running = undefined;
  }

  #gather(): Promise<void> {
    const soon = this.#soon;
    return soon === undefined ? Promise.resolve() : new Promise((resolve) => soon(resolve));
  }

  async #commitNext(): Promise<void> {
    const group = this.#waiting.splice(0, groupLength(this.#waiting, this.#limits));
    try {
      await this.#commit(group.map((waiter) => waiter.item));
      for (const waiter of group) waiter.resolve();
    } catch (error) {
      for (const waiter of group) waiter.reject(error);
      this.fail(error);
    }
  }
}

/** How many of the first items make one group: the longest run within the limits, and at least one. */
function groupLength(waiting: readonly { readonly item: GroupItem }[], limits: GroupLimits): number {
  let records = 0;
  let bytes = 0;
  let length = 0;
  for (const { item } of waiting) {
    records += item.records;
    bytes += item.bytes;
    if (length > 0 && (records > limits.records || bytes > limits.bytes)) break;
    length += 1;
  }
  return length;
}
