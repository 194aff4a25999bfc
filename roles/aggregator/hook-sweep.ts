import { hasCode, messageOf } from '../../protocols/errors.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import type { Deliveries, HookDelivery } from '../ports/deliveries.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { getRow } from '../replica/rows.ts';
import { isDue, type MissingEvent, missing, newestId, nextSince } from './sweep.ts';

export interface HookSweepOptions {
  readonly horizonMs: number;
}

export interface HookSweepParts {
  readonly deliveries: Deliveries;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'wall' | 'log'>;
  readonly meter: Meter;
}

/** Looks through the deliveries of one webhook, and asks again for what is missing. It remembers only what spares looking further back. */
export class HookSweep {
  readonly #options: HookSweepOptions;
  readonly #parts: HookSweepParts;
  /** Wall-clock milliseconds; undefined before the first whole look. */
  #since: number | undefined;
  #missing: readonly MissingEvent[] = [];

  constructor(options: HookSweepOptions, parts: HookSweepParts) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Events that were missing at the last look. */
  get missing(): number {
    return this.#missing.length;
  }

  /** Somebody else looks from now on: what is known here grows old. */
  forget(): void {
    this.#since = undefined;
    this.#missing = [];
  }

  /** @throws MeshError when GitHub cannot be asked; the next look begins where this one did */
  async look(signal: AbortSignal): Promise<void> {
    const now = this.#parts.runtime.wall();
    const oldest = now - this.#options.horizonMs;
    const since = Math.max(this.#since ?? oldest, oldest);
    const listed = await this.#listSince(since, signal);
    const all = [...this.#missing.flatMap(({ tries }) => tries), ...listed];
    this.#missing = missing(all, (guid) => this.#isKnown(guid), { now, horizonMs: this.#options.horizonMs });
    this.#since = nextSince(listed, since);
    for (const event of this.#missing.filter((each) => isDue(each, now))) await this.#askFor(event, signal);
  }

  async #listSince(since: number, signal: AbortSignal): Promise<HookDelivery[]> {
    const listed: HookDelivery[] = [];
    let cursor: string | undefined;
    do {
      signal.throwIfAborted();
      const page = await this.#parts.deliveries.list(cursor, signal);
      listed.push(...page.deliveries);
      const isPast = page.deliveries.some(({ at }) => at < since);
      cursor = isPast ? undefined : page.cursor;
    } while (cursor !== undefined);
    return listed;
  }

  #isKnown(guid: string): boolean {
    return getRow(this.#parts.tables, 'ids', eventIdOf('github', guid)) !== undefined;
  }

  async #askFor(event: MissingEvent, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // The ones before may have taken their time, and its first delivery may have arrived meanwhile.
    if (this.#isKnown(event.guid)) return;
    const { deliveries, meter, runtime } = this.#parts;
    const facts = { hook: deliveries.hook, guid: event.guid };
    try {
      await deliveries.redeliver(newestId(event), signal);
      meter.count('mindmesh_sweep_redeliveries_total', { outcome: 'asked' });
      runtime.log.info(facts, 'delivery asked for again');
    } catch (error) {
      meter.count('mindmesh_sweep_redeliveries_total', { outcome: 'refused' });
      // GitHub has let go of this one; the others are still to be had.
      if (!hasCode(error, 'github-not-found') && !hasCode(error, 'github-refused')) throw error;
      runtime.log.warn({ ...facts, problem: messageOf(error) }, 'delivery cannot be asked for again');
    }
  }
}
