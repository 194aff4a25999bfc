import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 20;

/**
 * Resolves with the first truthy answer of `probe`; a probe that throws has not answered yet.
 * @throws Error that names what was waited for, and the last problem, after `deadlineMs`
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | Promise<T>,
  deadlineMs = 20_000,
): Promise<NonNullable<T>> {
  const end = Date.now() + deadlineMs;
  let problem: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms for ${what}`, { cause: problem });
    await delay(POLL_MS);
  }
}
