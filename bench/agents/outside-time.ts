import type { Passed } from './timed-relay.ts';

/** Milliseconds between two moments in which any of these requests was being answered. */
export function outsideTime(passed: readonly Passed[], from: number, to: number): number {
  let sum = 0;
  let counted = from;
  for (const { at, until } of [...passed].sort((a, b) => a.at - b.at)) {
    const [start, end] = [Math.max(at, counted), Math.min(until, to)];
    if (end <= start) continue;
    sum += end - start;
    counted = end;
  }
  return sum;
}
