import type { GeneralLoad } from '../../protocols/presence.ts';

type Stats = Pick<GeneralLoad, 'latencyMs' | 'failureRate'>;

/** So many of the last executions count. */
const REMEMBERED = 50;

/** How long the last executions of a general took, and how many failed. */
export class TaskStats {
  readonly #last = new Map<string, { readonly durationMs: number; readonly failed: boolean }[]>();
  /** Asked for with every offer and every change of the load. */
  readonly #known = new Map<string, Stats>();

  add(general: string, durationMs: number, failed: boolean): void {
    const last = this.#last.get(general) ?? [];
    last.push({ durationMs, failed });
    if (last.length > REMEMBERED) last.shift();
    this.#last.set(general, last);
    this.#known.delete(general);
  }

  /** Median in milliseconds, absent before the first; share of failures, 0–1. */
  of(general: string): Stats {
    const stats = this.#known.get(general) ?? this.#statsOf(general);
    this.#known.set(general, stats);
    return stats;
  }

  #statsOf(general: string): Stats {
    const last = this.#last.get(general) ?? [];
    if (last.length === 0) return { failureRate: 0 };
    const durations = last.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
    const failed = last.filter((each) => each.failed).length;
    return { latencyMs: durations[Math.floor(durations.length / 2)] ?? 0, failureRate: failed / last.length };
  }
}
