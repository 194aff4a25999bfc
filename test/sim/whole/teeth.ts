import { PLANTS, type Plant } from './plants.ts';
import { runAll } from './pool.ts';
import { isClean } from './summary.ts';

export interface Teeth {
  readonly planted: number;
  readonly caught: number;
  /** The first seed that noticed each bug; a bug that nothing noticed is not listed. */
  readonly seeds: Readonly<Partial<Record<Plant, number>>>;
}

export interface TeethOptions {
  readonly from: number;
  /** Seeds that are tried for each bug. */
  readonly seeds: number;
  readonly events: number;
  readonly plants?: readonly Plant[];
}

/** Builds each bug into the nodes and looks for the first seed that notices it. */
export async function bite(options: TeethOptions, tell: (plant: Plant, seed: number) => void): Promise<Teeth> {
  const { from, seeds: tries, events, plants = PLANTS } = options;
  const seeds = new Map<Plant, number>();
  const jobs = jobsOf(plants, from, tries, (plant) => seeds.has(plant));
  await runAll(
    () => {
      const next = jobs.next();
      return next.done ? undefined : { ...next.value, events };
    },
    (result, { plant }) => {
      if (plant === undefined || isClean(result)) return;
      seeds.set(plant, Math.min(result.seed, seeds.get(plant) ?? Number.POSITIVE_INFINITY));
      tell(plant, result.seed);
    },
  );
  return { planted: plants.length, caught: seeds.size, seeds: Object.fromEntries(seeds) };
}

/** Seed after seed for one bug after the other, until it is caught. */
function* jobsOf(plants: readonly Plant[], from: number, tries: number, isCaught: (plant: Plant) => boolean) {
  for (const plant of plants) {
    for (let seed = from; seed < from + tries && !isCaught(plant); seed++) yield { seed, plant };
  }
}
