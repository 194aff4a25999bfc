import type { Config } from '../config/config.ts';

/** The section `github` of the configuration, and what has no key there. */
export interface GitHubOptions extends Partial<Config['github']> {
  /** For one attempt of one request. Milliseconds, default 30 000. */
  readonly timeoutMs?: number;
  /** Unit of the waits before repeats. Milliseconds, default 1 000. */
  readonly retryBaseMs?: number;
}
