import { seeded } from '../../fakes/manual-runtime.ts';

/** Everything that is left to chance comes from here, and so from the seed. */
export interface Chance {
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** A whole number from `from` to `to`, both included. */
  whole(from: number, to: number): number;
  /** True in so many of a hundred cases. */
  percent(share: number): boolean;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** Another stream of chance: what it gives does not depend on how much is drawn elsewhere. */
  fork(name: string): Chance;
}

export function chanceOf(seed: number): Chance {
  const random = seeded(seed);
  return {
    random,
    whole: (from, to) => from + Math.floor(random() * (to - from + 1)),
    percent: (share) => random() * 100 < share,
    pick: (from) => from[Math.floor(random() * from.length)] ?? from[0],
    fork: (name) => chanceOf(mixed(seed, name)),
  };
}

/** FNV-1a over the name, begun with the seed. */
function mixed(seed: number, name: string): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const letter of name) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  return Math.imul(hash ^ (hash >>> 13), 0x5bd1e995) >>> 0;
}
