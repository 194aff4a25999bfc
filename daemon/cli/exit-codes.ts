import { ERRORS, type ErrorCode } from '../../protocols/errors.ts';

/** What a command ends with. */
export const EXIT = { ok: 0, failed: 1, usage: 2, notFound: 3, notAllowed: 4, daemonDown: 5 } as const;

const USAGE: ReadonlySet<string> = new Set<ErrorCode>(['usage', 'config-invalid', 'config-unreadable']);

/** @param code of this build, or of the daemon's; an unknown one is judged by its HTTP status */
export function exitCodeOf(code: string, http = httpOf(code)): number {
  if (USAGE.has(code)) return EXIT.usage;
  if (code === 'daemon-down') return EXIT.daemonDown;
  if (http === 404) return EXIT.notFound;
  return http === 401 || http === 403 ? EXIT.notAllowed : EXIT.failed;
}

function httpOf(code: string): number {
  return Object.entries(ERRORS).find(([name]) => name === code)?.[1].http ?? 500;
}
