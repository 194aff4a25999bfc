import type { Offering } from './offering.ts';
import type { Score } from './rank.ts';

/** Small enough that one task more among ten always weighs more than both together. */
const SLOWNESS_WEIGHT = 0.03;
const DISTANCE_WEIGHT = 0.01;

/**
 * The least loaded share of capacity first. Failures multiply, so that a node which fails at once, and therefore is never
 * loaded, does not draw all work; slowness and another region only decide between nodes of like load.
 */
export const scoreByLoad: Score = (offering, pool, { region }) => {
  const room = Math.max(0, 1 - offering.load / offering.capacity);
  const distance = offering.region === region ? 0 : 1;
  const penalty = SLOWNESS_WEIGHT * slowness(offering, pool) + DISTANCE_WEIGHT * distance;
  const score = room * (1 - offering.failureRate) - penalty;
  return { score: Math.max(0, score), reason: describe(offering) };
};

/** 0 for the fastest of the pool and for one that has not worked yet, towards 1 the slower. */
function slowness({ latencyMs }: Offering, pool: readonly Offering[]): number {
  if (latencyMs === undefined || latencyMs <= 0) return 0;
  const known = pool.flatMap((each) => each.latencyMs ?? []);
  return 1 - Math.min(...known) / latencyMs;
}

function describe({ load, capacity, failureRate, latencyMs, region }: Offering): string {
  const speed = latencyMs === undefined ? '' : `, ${Math.round(latencyMs)} ms`;
  const failures = failureRate === 0 ? '' : `, ${Math.round(failureRate * 100)} % failed`;
  return `load ${load}/${capacity}${speed}${failures}, ${region}`;
}
