/** The part of a runtime that waiting needs. */
interface Clock {
  monotonic(): number;
  after(ms: number, run: () => void): () => void;
}

export interface Pace {
  /** Runs at once when the gap since the last run has passed, else once when it will have. */
  request(): void;
  stop(): void;
}

/**
 * Leading edge at once, then at most one run a gap; what is asked for meanwhile becomes one run at its end.
 * @param gapMs is asked before each run, because it may grow with the mesh
 */
export function pace(clock: Clock, gapMs: () => number, run: () => void): Pace {
  let ranAt: number | undefined;
  let cancel: (() => void) | undefined;
  const go = () => {
    cancel = undefined;
    ranAt = clock.monotonic();
    run();
  };
  return {
    request: () => {
      if (cancel !== undefined) return;
      const waitMs = ranAt === undefined ? 0 : ranAt + gapMs() - clock.monotonic();
      if (waitMs <= 0) go();
      else cancel = clock.after(waitMs, go);
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
