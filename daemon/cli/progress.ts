import type { Terminal } from './terminal.ts';

/** Between two looks at how far it is: enough to see it move. */
const SHOW_MS = 200;

/** One line on a terminal's standard error that says how far something is; elsewhere nothing. */
export interface Progress {
  at(done: number, total: number): void;
  end(): void;
}

/** @param what is counted, e.g. `backup: {} records` */
export function progressOn({ stderr, now }: Pick<Terminal, 'stderr' | 'now'>, what: string, unit: string): Progress {
  let shownAt = Number.NEGATIVE_INFINITY;
  if (!stderr.isTTY) return { at: () => undefined, end: () => undefined };
  return {
    at: (done, total) => {
      if (now() - shownAt < SHOW_MS) return;
      shownAt = now();
      const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
      stderr.write(`\r${what}: ${done} of ${total} ${unit}, ${percent} %\u001b[K`);
    },
    end: () => {
      if (shownAt > Number.NEGATIVE_INFINITY) stderr.write('\r\u001b[K');
    },
  };
}
