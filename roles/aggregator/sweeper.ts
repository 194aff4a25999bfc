import { asMeshError, messageOf } from '../../protocols/errors.ts';
import { digestOf, type PeerId } from '../../protocols/ids.ts';
import { rendezvousOwner } from '../policy/rendezvous.ts';
import type { Deliveries } from '../ports/deliveries.ts';
import type { Member, Roster } from '../ports/roster.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { HookSweep } from './hook-sweep.ts';

export interface SweeperOptions {
  readonly self: PeerId;
  readonly org: string;
  /** Between two looks. Milliseconds. */
  readonly everyMs: number;
  /** How far back the first look goes. Milliseconds. */
  readonly horizonMs: number;
  /** Before the first look: what others took in while this node was away has then been heard of. Default 5 000 ms. */
  readonly settlingMs?: number;
}

export interface SweeperParts {
  readonly hooks: readonly Deliveries[];
  readonly tables: Tables;
  readonly roster: Roster;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Has this node every record it has heard of? Before, nothing can be said to be missing. */
  isReady(): boolean;
}

/** How the sweeping of one webhook goes. */
export interface SweepReport {
  readonly hook: string;
  /** Is it this node that looks? */
  readonly ours: boolean;
  readonly missing: number;
  /** Why the last look failed; absent when it did not. */
  readonly problem?: string;
  readonly fix?: string;
}

interface Watch {
  readonly hook: string;
  readonly sweep: HookSweep;
  ours: boolean;
  /** Monotonic milliseconds of the next look. */
  dueAt: number;
  busy?: Promise<void> | undefined;
  problem?: { readonly text: string; readonly fix: string } | undefined;
}

const SETTLING_MS = 5_000;
/** How often is looked whether a look is due, or now this node's: membership changes within seconds. */
const TICK_MS = 5_000;

/**
 * GitHub never repeats a delivery by itself: for each webhook one aggregator of the org lists them, at its start and then now and
 * again, and asks for what is missing (I3).
 */
export class Sweeper {
  readonly #options: SweeperOptions;
  readonly #parts: SweeperParts;
  readonly #watches: readonly Watch[];
  readonly #leaving = new AbortController();
  #cancel: () => void = () => undefined;

  constructor(options: SweeperOptions, parts: SweeperParts) {
    this.#options = options;
    this.#parts = parts;
    this.#watches = parts.hooks.map((deliveries) => ({
      hook: deliveries.hook,
      sweep: new HookSweep({ horizonMs: options.horizonMs }, { ...parts, deliveries }),
      ours: false,
      dueAt: 0,
    }));
  }

  start(): void {
    this.#cancel = this.#parts.runtime.after(this.#options.settlingMs ?? SETTLING_MS, () => this.#tick());
  }

  async stop(): Promise<void> {
    this.#leaving.abort();
    this.#cancel();
    await Promise.all(this.#watches.map(({ busy }) => busy));
  }

  report(): SweepReport[] {
    return this.#watches.map(({ hook, ours, sweep, problem }) => ({
      hook,
      ours,
      missing: sweep.missing,
      ...(problem && { problem: problem.text, fix: problem.fix }),
    }));
  }

  #tick(): void {
    if (this.#leaving.signal.aborted) return;
    const { runtime, roster } = this.#parts;
    this.#cancel = runtime.after(Math.min(TICK_MS, this.#options.everyMs), () => this.#tick());
    const members = roster.members();
    for (const watch of this.#watches) this.#mind(watch, members);
  }

  #mind(watch: Watch, members: readonly Member[]): void {
    const { self, org } = this.#options;
    const ours = sweeperOf(watch.hook, org, members) === self;
    if (watch.busy !== undefined) return;
    if (watch.ours && !ours) watch.sweep.forget();
    if (ours && !watch.ours) watch.dueAt = 0;
    watch.ours = ours;
    if (!ours) watch.problem = undefined;
    if (!ours || this.#parts.runtime.monotonic() < watch.dueAt || !this.#parts.isReady()) return;
    watch.busy = this.#look(watch).finally(() => {
      watch.busy = undefined;
    });
  }

  async #look(watch: Watch): Promise<void> {
    const { runtime, meter } = this.#parts;
    const { signal } = this.#leaving;
    try {
      await watch.sweep.look(signal);
      watch.problem = undefined;
      meter.count('mindmesh_sweeps_total', { outcome: 'done' });
    } catch (error) {
      if (signal.aborted) return;
      watch.problem = { text: messageOf(error), fix: asMeshError(error).fix };
      meter.count('mindmesh_sweeps_total', { outcome: 'failed' });
      runtime.log.warn({ hook: watch.hook, problem: messageOf(error) }, 'webhook deliveries cannot be looked through');
    }
    watch.dueAt = runtime.monotonic() + this.#options.everyMs;
  }
}

/** Who looks after a webhook: everybody with the same roster names the same live aggregator, of those that are set up for it. */
export function sweeperOf(hook: string, org: string, members: readonly Member[]): PeerId | undefined {
  const mark = hookMark(hook);
  const able = members.filter(
    ({ live, presence: { card, draining } }) =>
      live && !draining && card.org === org && card.roles.includes('aggregator') && card.sweeps?.includes(mark),
  );
  return rendezvousOwner(
    hook,
    able.map(({ peer }) => peer),
  );
}

/** A webhook as cards name it: presence goes out every few seconds, and an org may have hundreds of them. */
export function hookMark(hook: string): string {
  return digestOf([hook], 8);
}
