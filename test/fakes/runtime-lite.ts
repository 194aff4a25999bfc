import type { Epoch } from '../../protocols/ids.ts';
import { epochOf } from '../../protocols/ids.ts';
import type { Logger, Meter, Runtime } from '../../roles/ports/runtime.ts';

export interface LiteRuntime extends Runtime {
  /** Moves both clocks, runs what becomes due in order, and lets promises settle after each. */
  advance(ms: number): Promise<void>;
  timers(): number;
}

/** A clock that moves only when told, and chance from a seed. */
export function liteRuntime(options: { seed?: number; wall?: number } = {}): LiteRuntime {
  let now = 0;
  let order = 0;
  let random = options.seed ?? 1;
  const timers = new Map<number, { at: number; run: () => void }>();
  const next = () => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return random / 2 ** 32;
  };
  const due = (until: number) =>
    [...timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
  return {
    monotonic: () => now,
    wall: () => (options.wall ?? 1_700_000_000_000) + now,
    random: next,
    ulid: () => ulidAt(order++),
    after: (ms, run) => {
      const id = order++;
      timers.set(id, { at: now + ms, run });
      return () => timers.delete(id);
    },
    log: silentLogger,
    advance: async (ms) => {
      const until = now + ms;
      await settled();
      for (let timer = due(until); timer !== undefined; timer = due(until)) {
        timers.delete(timer[0]);
        now = Math.max(now, timer[1].at);
        timer[1].run();
        await settled();
      }
      now = until;
    },
    timers: () => timers.size,
  };
}

function ulidAt(order: number): Epoch {
  return epochOf(`01HX${String(order).padStart(22, '0')}`);
}

/** Lets everything that waits only for promises run to its end. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const silentLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  child: () => silentLogger,
};

export const silentMeter: Meter = { count: () => {}, observe: () => {} };
