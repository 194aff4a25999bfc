import { createAppAuth } from '@octokit/auth-app';
import { Octokit } from '@octokit/core';
import { retry } from '@octokit/plugin-retry';
import { throttling } from '@octokit/plugin-throttling';
import type { Logger } from '../../roles/ports/runtime.ts';
import type { GitHubOptions } from './github-options.ts';

/** Who asks; without an installation an App speaks for itself. */
export type Credential =
  | { readonly token: string }
  | { readonly appId: string | number; readonly privateKey: string; readonly installationId?: number };

/** GitHub gives up on a request of its own after 10 s; a slow line gets twice that and more. */
const TIMEOUT_MS = 30_000;
/** How long a rate limit is waited for here. A longer one is for the caller, who knows what else there is to do. */
const LONGEST_WAIT_S = 30;
const REPEATS = 2;

const Client = Octokit.plugin(retry, throttling);

/** @param version of this build, for the user agent that GitHub asks for */
export function createOctokit(
  credential: Credential,
  options: GitHubOptions,
  { log, version }: { readonly log: Logger; readonly version: string },
): Octokit {
  const { baseUrl, throttle = true, timeoutMs = TIMEOUT_MS, retryBaseMs = 1_000 } = options;
  const waits = (seconds: number, _request: unknown, _octokit: unknown, repeats: number) =>
    seconds <= LONGEST_WAIT_S && repeats < REPEATS;
  return new Client({
    ...(baseUrl !== undefined && { baseUrl: baseUrl.replace(/\/+$/, '') }),
    userAgent: `mindmesh/${version}`,
    log: loggerOf(log),
    ...('token' in credential ? { auth: credential.token } : { authStrategy: createAppAuth, auth: credential }),
    request: { fetch: fetchWithin(timeoutMs) },
    retry: { retries: REPEATS, retryAfterBaseValue: retryBaseMs },
    throttle: {
      enabled: throttle,
      // The package keeps one queue for each id in the whole process: two credentials must not wait for one another.
      id: `${baseUrl ?? ''} ${'token' in credential ? 'token' : `app ${credential.installationId ?? ''}`}`,
      retryAfterBaseValue: retryBaseMs,
      onRateLimit: waits,
      onSecondaryRateLimit: waits,
    },
  });
}

/** For one attempt, not for the queueing before it. */
function fetchWithin(timeoutMs: number): typeof fetch {
  return (input, init) => {
    const deadline = AbortSignal.timeout(timeoutMs);
    const signal = init?.signal ? AbortSignal.any([init.signal, deadline]) : deadline;
    return fetch(input, { ...init, signal });
  };
}

function loggerOf(log: Logger) {
  return {
    debug: (text: string) => log.debug({ text }, 'github client'),
    info: (text: string) => log.debug({ text }, 'github client'),
    warn: (text: string) => log.warn({ text }, 'github client'),
    error: (text: string) => log.warn({ text }, 'github client'),
  };
}
