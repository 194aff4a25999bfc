import * as z from 'zod';
import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import { keyIn, type Marker, withMarker } from '../../protocols/marker.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';
import type { GitHub, GitHubReply } from './client.ts';
import { ownLogin } from './own-login.ts';

export interface CommentEffectOptions {
  /** Whom GitHub takes us for: it decides whose comments are ours. */
  readonly as: 'token' | 'app';
}

/** An issue or a pull request: GitHub keeps their comments in one place. `since`: nothing of this effect is older; RFC 3339. */
const TargetSchema = z.object({
  repository: z.string().regex(/^[^/]+\/[^/]+$/),
  number: z.int().positive(),
  since: z.string().optional(),
});

const CommentSchema = z.object({
  id: z.union([z.int(), z.bigint()]),
  html_url: z.string().optional(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});
type Comment = z.infer<typeof CommentSchema>;

/** The most GitHub gives at once. */
const PER_PAGE = 100;
/** GitHub takes 65 536 characters; the marker and the note that something was cut need their room. */
const BODY_CHARS = 60_000;

const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
const CREATE = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
const DELETE = 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}';

/**
 * Comments on issues and pull requests (E2): found by their marker, and only where our own account wrote them, because anybody
 * can copy a marker once it is public.
 * https://docs.github.com/rest/issues/comments
 */
export class CommentEffect implements ConvergingAdapter {
  readonly class = 'converging';
  readonly #github: GitHub;
  readonly #self: () => Promise<string | undefined>;

  constructor({ as }: CommentEffectOptions, { github }: { readonly github: GitHub }) {
    this.#github = github;
    this.#self = ownLogin({ as }, { github });
  }

  async list(target: EffectTarget, key: EffectKey, signal: AbortSignal): Promise<readonly EffectRef[]> {
    const { since, ...place } = placeOf(target);
    const login = await this.#self();
    const found: Comment[] = [];
    for (let page = 1; ; page++) {
      const query = { ...place, per_page: PER_PAGE, page, ...(since !== undefined && { since }) };
      const comments = decode(z.array(CommentSchema), await this.#github.request(LIST, query, signal), LIST);
      found.push(...comments.filter(({ body, user }) => keyIn(body ?? '') === key && isOf(user?.login, login)));
      if (comments.length < PER_PAGE) return found.sort(byId).map(refOf);
    }
  }

  async write(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<EffectRef> {
    const { since: _since, ...place } = placeOf(target);
    const text = withMarker(cut(given(z.string(), body)), marker);
    return refOf(decode(CommentSchema, await this.#github.request(CREATE, { ...place, body: text }, signal), CREATE));
  }

  async remove(target: EffectTarget, id: string, signal: AbortSignal): Promise<void> {
    const { owner, repo } = placeOf(target);
    try {
      await this.#github.request(DELETE, { owner, repo, comment_id: id }, signal);
    } catch (error) {
      if (!hasCode(error, 'github-not-found')) throw error;
    }
  }
}

function placeOf(target: EffectTarget) {
  const { repository, number, since } = given(TargetSchema, target);
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo, issue_number: number, since };
}

/** An account that cannot be found out takes every marker for its own: nobody else knows the key before it is written. */
function isOf(login: string | undefined, self: string | undefined): boolean {
  return self === undefined || login?.toLowerCase() === self.toLowerCase();
}

/** What another part of this build gave; a mistake of ours, which no repeat mends. */
function given<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new MeshError('effect-invalid', { kind: 'comment', problem: z.prettifyError(parsed.error) });
}

function decode<T>(schema: z.ZodType<T>, { data }: GitHubReply, request: string): T {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new MeshError('github-nonsense', { request, problem: z.prettifyError(parsed.error) });
}

function byId(a: Comment, b: Comment): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function refOf({ id, html_url: url }: Comment): EffectRef {
  return { id: String(id), ...(url !== undefined && { url }) };
}

function cut(text: string): string {
  return text.length <= BODY_CHARS ? text : `${text.slice(0, BODY_CHARS)}\n\n… (cut)`;
}
