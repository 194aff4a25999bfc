import { performance } from 'node:perf_hooks';
import { ulid } from 'ulid';
import { epochOf } from '../protocols/ids.ts';
import type { Logger, Runtime } from '../roles/ports/runtime.ts';

/** The real clock and real chance. Timers never keep the process alive: its servers do. */
export function createRuntime(log: Logger): Runtime {
  return {
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    ulid: () => epochOf(ulid()),
    after: (ms, run) => {
      const timer = setTimeout(run, ms);
      timer.unref();
      return () => clearTimeout(timer);
    },
    soon: (run) => {
      setImmediate(run);
    },
    log,
  };
}
