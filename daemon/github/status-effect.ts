import * as z from 'zod';
import { CommitTargetSchema, StatusBodySchema } from '../../protocols/effect-bodies.ts';
import type { EffectTarget } from '../../protocols/effects.ts';
import type { Marker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { isOf, type OwnLogin } from './own-login.ts';
import { allPages } from './pages.ts';
import { decodeGiven, decodeReply, IdSchema, placeOf } from './reply.ts';

export const StatusSchema = z.object({
  id: IdSchema,
  context: z.string(),
  state: z.string(),
  description: z.string().nullish(),
  target_url: z.string().nullish(),
  creator: z.object({ login: z.string() }).nullish(),
});

export const LIST_STATUSES = 'GET /repos/{owner}/{repo}/commits/{ref}/statuses';
export const CREATE_STATUS = 'POST /repos/{owner}/{repo}/statuses/{sha}';
/** GitHub takes no more. */
const DESCRIPTION_CHARS = 140;

/**
 * Statuses of a commit (E1): the latest of a context counts, so the same again says the same; it is not even written again.
 * https://docs.github.com/rest/commits/statuses
 */
export class StatusEffect implements ExactAdapter {
  readonly class = 'exact';
  readonly #github: GitHub;
  readonly #self: OwnLogin;

  constructor({ github, self }: { readonly github: GitHub; readonly self: OwnLogin }) {
    this.#github = github;
    this.#self = self;
  }

  async create(target: EffectTarget, _marker: Marker, body: unknown, signal: AbortSignal): Promise<Creation> {
    const { repository, sha } = decodeGiven('status', CommitTargetSchema, target);
    const { context, state, url, ...given } = decodeGiven('status', StatusBodySchema, body);
    const place = placeOf(repository);
    const description = cutDescription(given.description);
    const pages = { route: LIST_STATUSES, parameters: { ...place, ref: sha }, schema: StatusSchema, most: 1_000 };
    // The newest first.
    const latest = (await allPages(this.#github, pages, signal)).items.find((each) => each.context === context);
    const isSame = latest?.state === state && latest.description === description;
    if (isSame && isOf(latest.creator?.login, await this.#self())) {
      return { outcome: 'exists', ref: { id: String(latest.id) } };
    }
    const asked = { ...place, sha, context, state, description, ...(url !== undefined && { target_url: url }) };
    const { id } = decodeReply(StatusSchema, await this.#github.request(CREATE_STATUS, asked, signal), CREATE_STATUS);
    return { outcome: 'created', ref: { id: String(id) } };
  }
}

export function cutDescription(text: string): string {
  return text.length <= DESCRIPTION_CHARS ? text : `${text.slice(0, DESCRIPTION_CHARS - 1)}…`;
}
