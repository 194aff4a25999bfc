import * as z from 'zod';
import { ThreadTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import { hasCode } from '../../protocols/errors.ts';
import { keyIn, type Marker, withMarker } from '../../protocols/marker.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { isOf, type OwnLogin } from './own-login.ts';
import { allPages } from './pages.ts';
import { byId, decodeGiven, decodeReply, IdSchema, placeOf } from './reply.ts';

const CommentSchema = z.object({
  id: IdSchema,
  html_url: z.string().optional(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});
type Comment = z.infer<typeof CommentSchema>;

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
  readonly #self: OwnLogin;

  constructor({ github, self }: { readonly github: GitHub; readonly self: OwnLogin }) {
    this.#github = github;
    this.#self = self;
  }

  async list(target: EffectTarget, key: EffectKey, signal: AbortSignal): Promise<readonly EffectRef[]> {
    const { since, ...place } = threadOf(target);
    const login = await this.#self();
    const parameters = { ...place, ...(since !== undefined && { since }) };
    const pages = { route: LIST, parameters, schema: CommentSchema, most: Number.POSITIVE_INFINITY };
    const { items } = await allPages(this.#github, pages, signal);
    const own = items.filter(({ body, user }) => keyIn(body ?? '') === key && isOf(user?.login, login));
    return own.sort(byId).map(refOf);
  }

  async write(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<EffectRef> {
    const { since: _since, ...place } = threadOf(target);
    const text = withMarker(cutText(decodeGiven('comment', z.string(), body)), marker);
    const made = await this.#github.request(CREATE, { ...place, body: text }, signal);
    return refOf(decodeReply(CommentSchema, made, CREATE));
  }

  async remove(target: EffectTarget, id: string, signal: AbortSignal): Promise<void> {
    const { owner, repo } = threadOf(target);
    try {
      await this.#github.request(DELETE, { owner, repo, comment_id: id }, signal);
    } catch (error) {
      if (!hasCode(error, 'github-not-found')) throw error;
    }
  }
}

function threadOf(target: EffectTarget) {
  const { repository, number, since } = decodeGiven('comment', ThreadTargetSchema, target);
  return { ...placeOf(repository), issue_number: number, since };
}

function refOf({ id, html_url: url }: Comment): EffectRef {
  return { id: String(id), ...(url !== undefined && { url }) };
}

/** As much of a text as GitHub takes of one with a marker, and a word where something is missing. */
export function cutText(text: string): string {
  return text.length <= BODY_CHARS ? text : `${text.slice(0, BODY_CHARS)}\n\n… (cut)`;
}
