import { hasCode, messageOf } from '../protocols/errors.ts';
import type { Logger } from '../roles/ports/runtime.ts';

/** One thing that is started and stopped. Steps start in order and stop in reverse. */
export interface Step {
  readonly name: string;
  start?(): Promise<void> | void;
  /** Must settle by itself; it is left behind after `STOP_DEADLINE_MS`. */
  stop?(): Promise<void> | void;
}

/** A drain is one stop among many and has the most to do: generals finish what they run (W8: 25 s for all). */
const STOP_DEADLINE_MS = 22_000;

export interface Lifecycle {
  /** A failed start stops what had started and throws what failed. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export function createLifecycle(steps: readonly Step[], log: Logger): Lifecycle {
  const started: Step[] = [];
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= stopAll(started, log);
    return stopping;
  };
  return {
    stop,
    start: async () => {
      for (const step of steps) {
        try {
          started.push(step);
          await step.start?.();
        } catch (error) {
          log.debug({ step: step.name }, 'start failed');
          await stop();
          throw error;
        }
      }
    },
  };
}

async function stopAll(started: Step[], log: Logger): Promise<void> {
  for (const step of started.splice(0).reverse()) {
    try {
      await withDeadline(step.stop?.());
    } catch (error) {
      log.warn({ step: step.name, problem: messageOf(error) }, 'stop failed');
    }
  }
}

async function withDeadline(work: Promise<void> | void): Promise<void> {
  if (work === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${STOP_DEADLINE_MS} ms`)), STOP_DEADLINE_MS);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Exit code when a second signal asks for the end at once, as a shell counts SIGINT. */
const EXIT_INTERRUPTED = 130;

/**
 * npm hands on to its script what the terminal has sent to the script already (where sh is bash; dash in between swallows it):
 * so soon after one another two signals of a kind are one. A larger value makes who is in a hurry press ctrl-C more often.
 */
const ONE_ASKING_MS = 500;

/**
 * Resolves when somebody asks this process to leave: the first SIGINT or SIGTERM, or the end of the parent that holds our channel.
 * A second signal exits at once: nothing that was acknowledged depends on an orderly end.
 */
export function untilAskedToLeave({ oneAskingMs = ONE_ASKING_MS } = {}): Promise<string> {
  return new Promise((resolve) => {
    let asked: { readonly why: string; readonly at: number } | undefined;
    const isRepeat = (why: string) => why === asked?.why && performance.now() - asked.at < oneAskingMs;
    const ask = (why: string) => {
      if (isRepeat(why)) return;
      if (asked && why !== 'parent gone') process.exit(EXIT_INTERRUPTED);
      asked ??= { why, at: performance.now() };
      resolve(why);
    };
    process.on('SIGINT', () => ask('SIGINT'));
    process.on('SIGTERM', () => ask('SIGTERM'));
    if (process.connected) process.once('disconnect', () => ask('parent gone'));
    // The channel is only listened to: it must not keep alive what has stopped.
    process.channel?.unref();
  });
}

/**
 * What nobody caught is a bug, and what it left behind is unknown: log it and end, so that the next boot starts from the disk.
 * A failed write ends here too (L8): its error is thrown by everything that waits for the log.
 */
export function endOnUncaught(log: Logger): void {
  const end = (error: unknown) => {
    const phrase = hasCode(error, 'store-write-failed') || hasCode(error, 'disk-full') ? 'the disk failed' : 'uncaught';
    log.error({ problem: messageOf(error), ...(error instanceof Error && { stack: error.stack }) }, phrase);
    process.exit(1);
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
