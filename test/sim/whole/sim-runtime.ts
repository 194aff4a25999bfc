import type { Logger, Meter, Runtime } from '../../../roles/ports/runtime.ts';
import { ulidOf } from '../../fakes/manual-runtime.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';

export interface SimRuntimeParts {
  readonly clock: SimClock;
  readonly chance: Chance;
  /** How far this machine's wall clock is ahead, milliseconds. */
  readonly aheadMs: () => number;
  /** Timers of a process that ended do not run. */
  readonly isAlive: () => boolean;
  readonly log: Logger;
}

/** 2026-01-01. */
const BEGAN = 1_767_225_600_000;

/** What a clock that is right shows so many milliseconds after the world began. */
export function wallAt(ms: number): number {
  return BEGAN + ms;
}

export function simRuntime({ clock, chance, aheadMs, isAlive, log }: SimRuntimeParts): Runtime {
  const wall = () => wallAt(clock.now) + aheadMs();
  return {
    monotonic: () => clock.now,
    wall,
    random: chance.random,
    ulid: () => ulidOf(wall(), chance.random),
    after: (ms, run) =>
      clock.after(ms, () => {
        if (isAlive()) run();
      }),
    log,
  };
}

export const SILENT_METER: Meter = { count: () => {}, observe: () => {} };

/** Hands on what someone has to look at. */
export function troubleLog(tell: (phrase: string, facts: object) => void): Logger {
  const log: Logger = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (facts, phrase) => tell(phrase, facts),
    child: () => log,
  };
  return log;
}
