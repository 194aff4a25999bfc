import { COUNTS, type Count } from './checks.ts';
import type { Outcome } from './run.ts';

/** What one run adds to the whole. Plain values: it travels between threads. */
export interface Result {
  readonly seed: number;
  readonly events: number;
  readonly counts: Readonly<Record<Count, number>>;
  readonly recoveries: readonly number[];
  readonly hash: string;
}

export interface Summary extends Readonly<Record<Count, number>> {
  readonly seeds: number;
  readonly events: number;
  readonly recoveryP99Ms: number;
}

export function resultOf({ schedule, events, counts, recoveries, trace }: Outcome): Result {
  return { seed: schedule.seed, events, counts, recoveries, hash: trace.hash() };
}

export function isClean({ counts }: Pick<Result, 'counts'>): boolean {
  return COUNTS.every((name) => counts[name] === 0);
}

export function summaryOf(results: readonly Result[]): Summary {
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  const { ackedLost, duplicatedEffects, notConverged, orderViolations, lockViolations } = Object.fromEntries(
    COUNTS.map((name) => [name, sum(({ counts }) => counts[name])]),
  ) as Record<Count, number>;
  return {
    seeds: results.length,
    events: sum(({ events }) => events),
    ackedLost,
    duplicatedEffects,
    notConverged,
    orderViolations,
    lockViolations,
    recoveryP99Ms: percentile(
      results.flatMap(({ recoveries }) => recoveries),
      0.99,
    ),
  };
}

/** Nearest rank; 0 of nothing. */
function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
