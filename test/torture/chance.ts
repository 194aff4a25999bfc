import { seeded, shuffled } from '../fakes/manual-runtime.ts';

/** Chance from a seed: one run can be repeated as far as two runs of real processes can be alike. */
export interface Chance {
  /** 0 ≤ x < 1. */
  next(): number;
  between(low: number, high: number): number;
  /** Exponential: most are short, a few long. */
  around(mean: number): number;
  pick<T>(items: readonly T[]): T;
  shuffled<T>(items: readonly T[]): T[];
  /** Independent of how often this one is asked. */
  branch(name: string): Chance;
}

export function chanceOf(seed: number): Chance {
  const next = seeded(seed);
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    around: (mean) => -Math.log(1 - next()) * mean,
    pick: <T>(items: readonly T[]) => items[Math.floor(next() * items.length)] as T,
    shuffled: (items) => shuffled(items, next),
    branch: (name) => chanceOf([...name].reduce((sum, letter) => Math.imul(sum, 31) + letter.charCodeAt(0), seed)),
  };
}
