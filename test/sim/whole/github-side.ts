import type { EffectRef } from '../../../protocols/effects.ts';
import { MeshError } from '../../../protocols/errors.ts';
import type { PeerId } from '../../../protocols/ids.ts';
import type { Deliveries, DeliveryPage, HookDelivery } from '../../../roles/ports/deliveries.ts';
import type { ConvergingAdapter } from '../../../roles/ports/effects.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';
import { SimBranches } from './sim-branches.ts';

export interface GithubSideParts {
  readonly clock: SimClock;
  readonly chance: Chance;
}

export interface Comment {
  readonly id: string;
  readonly key: string;
  readonly by: PeerId;
  readonly at: number;
}

/** One request over the internet, there and back, milliseconds. */
const WAY_MS = { from: 10, to: 120 } as const;
/** A request that is held up on its way and arrives long after its sender gave up. */
const SLOW_MS = { from: 500, to: 8_000 } as const;
const PAGE = 100;

/** The hook of the only repository. */
export const HOOK = 'acme/app#1';

/** The other end of all webhooks and effects: it keeps whatever it is sent, lists it, and never repeats or removes anything by itself. */
export class GithubSide {
  /** Everything that was ever sent, oldest first. */
  readonly deliveries: HookDelivery[] = [];
  /** Comments by id, oldest first. */
  readonly comments = new Map<string, Comment>();
  readonly branches = new SimBranches();
  /** Sends a delivery once more; set by whoever sends them. */
  redeliver: (guid: string) => void = () => {};
  readonly #parts: GithubSideParts;
  /** Numbers of the comments that are there, in the order they were written. */
  readonly #byKey = new Map<string, Set<number>>();
  #ids = 0;

  constructor(parts: GithubSideParts) {
    this.#parts = parts;
  }

  /** The list of deliveries, as one node sees it. */
  hook(): Deliveries {
    return {
      hook: HOOK,
      list: async (cursor) => {
        await this.#way();
        return pageOf(this.deliveries, cursor === undefined ? this.deliveries.length : Number(cursor));
      },
      redeliver: async (id) => {
        await this.#way();
        const found = this.deliveries.find((each) => each.id === id);
        if (found) this.redeliver(found.guid);
      },
    };
  }

  /** Comments as one node writes them. A request may be lost, and so may its answer. */
  commentsBy(peer: PeerId): ConvergingAdapter & { readonly class: 'converging' } {
    return {
      class: 'converging',
      list: async (_target, key) => {
        await this.#way();
        return [...(this.#byKey.get(key) ?? [])].map((id): EffectRef => ({ id: String(id) }));
      },
      write: async (_target, { key }) => {
        await this.#way();
        const number = ++this.#ids;
        const id = String(number);
        this.comments.set(id, { id, key, by: peer, at: this.#parts.clock.now });
        this.#byKey.set(key, (this.#byKey.get(key) ?? new Set()).add(number));
        await this.#way();
        return { id };
      },
      remove: async (_target, id) => {
        await this.#way();
        const key = this.comments.get(id)?.key;
        this.comments.delete(id);
        if (key !== undefined) this.#byKey.get(key)?.delete(Number(id));
      },
    };
  }

  pushes(isFenced: boolean) {
    return this.branches.pushesBy(() => this.#way(), isFenced);
  }

  async #way(): Promise<void> {
    const { clock, chance } = this.#parts;
    const isSlow = chance.percent(2);
    const { from, to } = isSlow ? SLOW_MS : WAY_MS;
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(chance.whole(from, to), resolve);
    await promise;
    if (chance.percent(2)) throw new MeshError('github-unavailable', { request: 'simulated', problem: 'bad gateway' });
  }
}

/** Newest first; the cursor is how many are older. */
function pageOf(all: readonly HookDelivery[], older: number): DeliveryPage {
  const from = Math.max(0, older - PAGE);
  const deliveries = all.slice(from, older).reverse();
  return { deliveries, ...(from > 0 && { cursor: String(from) }) };
}
