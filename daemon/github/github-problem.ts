import * as z from 'zod';
import { MeshError, messageOf } from '../../protocols/errors.ts';

/** What the package throws: an HTTP status (500 for a broken connection), GitHub's sentence, and the answer if there was one. */
const FailureSchema = z.object({
  status: z.int(),
  message: z.string(),
  response: z
    .object({ headers: z.record(z.string(), z.union([z.string(), z.number(), z.undefined()])).default({}) })
    .optional(),
});
type Failure = z.infer<typeof FailureSchema>;

/** GitHub asks to wait so long when it does not say how long. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
const UNSAID_WAIT_S = 60;
const MAX_CHARS = 300;

/** @param request as asked, e.g. `GET /repos/{owner}/{repo}` */
export function githubProblem(error: unknown, request: string): MeshError {
  const parsed = FailureSchema.safeParse(error);
  const problem = shorten(messageOf(error));
  const cause = { cause: error };
  // Without a status no request was made: an App's private key that is none.
  if (!parsed.success) return new MeshError('github-unauthorized', { request, problem }, cause);
  if (parsed.data.response === undefined) {
    return new MeshError('github-unavailable', { request, problem }, cause);
  }
  const { status } = parsed.data;
  const seconds = waitOf(parsed.data);
  if (seconds !== undefined) return new MeshError('github-rate-limited', { request, seconds }, cause);
  if (status === 401) return new MeshError('github-unauthorized', { request, problem }, cause);
  if (status === 403) return new MeshError('github-forbidden', { request, problem }, cause);
  if (status === 404) return new MeshError('github-not-found', { request, problem }, cause);
  if (status >= 500) return new MeshError('github-unavailable', { request, problem: `${status} ${problem}` }, cause);
  return new MeshError('github-refused', { request, status, problem }, cause);
}

/** Seconds to wait, when this is a rate limit: 429, or 403 with one of the signs of it. */
function waitOf({ status, message, response }: Failure): number | undefined {
  if (status !== 429 && status !== 403) return undefined;
  const headers = response?.headers ?? {};
  const after = Number(headers['retry-after']);
  if (after > 0) return Math.ceil(after);
  if (String(headers['x-ratelimit-remaining']) === '0') {
    return Math.max(1, Math.ceil(Number(headers['x-ratelimit-reset']) - Date.now() / 1_000) || UNSAID_WAIT_S);
  }
  return status === 429 || /secondary rate/i.test(message) ? UNSAID_WAIT_S : undefined;
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= MAX_CHARS ? line : `${line.slice(0, MAX_CHARS)}…`;
}
