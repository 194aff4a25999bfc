import type { Count } from './checks.ts';
import { type Outcome, type RunOptions, run } from './run.ts';
import type { Schedule } from './schedule.ts';

export interface ShrinkOptions extends RunOptions {
  /** Runs that may be spent. Default 80; more gives shorter stories. */
  readonly runs?: number;
}

const RUNS = 80;

/**
 * Delta debugging: leaves out parts of a schedule as long as what is left fails in the same way. Faults first, then deliveries,
 * then faults once more.
 */
export async function shrink(failed: Outcome, { runs = RUNS, ...options }: ShrinkOptions = {}): Promise<Outcome> {
  const kind = kindOf(failed);
  let best = failed;
  let left = runs;
  const fails = async (schedule: Schedule) => {
    if (left-- <= 0 || schedule.deliveries.length === 0) return false;
    const outcome = await run(schedule, options);
    if (kind === undefined || outcome.counts[kind] === 0) return false;
    best = outcome;
    return true;
  };
  for (const part of ['faults', 'deliveries', 'faults'] as const) {
    await leaveOut(best.schedule[part].length, (keep) =>
      fails({ ...best.schedule, [part]: best.schedule[part].filter((_, i) => keep(i)) }),
    );
  }
  return best;
}

/** What is wrong with it first of all. */
function kindOf({ counts }: Outcome): Count | undefined {
  const kinds = ['ackedLost', 'duplicatedEffects', 'lockViolations', 'orderViolations', 'notConverged'] as const;
  return kinds.find((kind) => counts[kind] > 0);
}

/** Tries without one half, without one quarter, …; what may be left out is left out for good. */
async function leaveOut(length: number, fails: (keep: (i: number) => boolean) => Promise<boolean>): Promise<void> {
  let rest = length;
  for (let size = Math.ceil(rest / 2); size >= 1 && rest > 0; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < rest; ) {
      const to = from + size;
      if (await fails((i) => i < from || i >= to)) rest -= Math.min(size, rest - from);
      else from = to;
    }
  }
}
