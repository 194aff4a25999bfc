import * as z from 'zod';
import { PullRequestBodySchema, PullRequestTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectTarget } from '../../protocols/effects.ts';
import { hasCode } from '../../protocols/errors.ts';
import { keyIn, type Marker, withMarker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { cutText } from './comment-effect.ts';
import { isOf, type OwnLogin } from './own-login.ts';
import { allPages } from './pages.ts';
import { decodeGiven, decodeReply, placeOf } from './reply.ts';

const PullSchema = z.object({
  number: z.int(),
  html_url: z.string().optional(),
  state: z.string(),
  body: z.string().nullish(),
  user: z.object({ login: z.string() }).nullish(),
});
type Pull = z.infer<typeof PullSchema>;

const ALL = '/repos/{owner}/{repo}/pulls';

/**
 * Pull requests (E1): one is open from a head to a base. It is looked for before it is opened, among closed ones too, because somebody
 * may have merged it while nobody knew whether it had been opened. Its id is its number.
 * https://docs.github.com/rest/pulls/pulls
 */
export class PullRequestEffect implements ExactAdapter {
  readonly class = 'exact';
  readonly #github: GitHub;
  readonly #self: OwnLogin;

  constructor({ github, self }: { readonly github: GitHub; readonly self: OwnLogin }) {
    this.#github = github;
    this.#self = self;
  }

  async create(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<Creation> {
    const at = decodeGiven('pull-request', PullRequestTargetSchema, target);
    const { title, text, draft } = decodeGiven('pull-request', PullRequestBodySchema, body);
    const before = await this.#standing(at, marker, signal);
    if (before !== undefined) return before;
    const made = { title, body: withMarker(cutText(text), marker), draft, head: at.head, base: at.base };
    try {
      const reply = await this.#github.request(`POST ${ALL}`, { ...placeOf(at.repository), ...made }, signal);
      return { outcome: 'created', ref: refOf(decodeReply(PullSchema, reply, `POST ${ALL}`)) };
    } catch (error) {
      const now = hasCode(error, 'github-refused') ? await this.#standing(at, marker, signal) : undefined;
      if (now === undefined) throw error;
      return now;
    }
  }

  async #standing(
    { repository, head, base }: z.infer<typeof PullRequestTargetSchema>,
    { key }: Marker,
    signal: AbortSignal,
  ): Promise<Creation | undefined> {
    const place = placeOf(repository);
    const parameters = { ...place, head: `${place.owner}:${head}`, base, state: 'all' };
    const { items } = await allPages(
      this.#github,
      { route: `GET ${ALL}`, parameters, schema: PullSchema, most: 1_000 },
      signal,
    );
    const login = await this.#self();
    const ours = items.find(({ body, user }) => keyIn(body ?? '') === key && isOf(user?.login, login));
    if (ours !== undefined) return { outcome: 'exists', ref: refOf(ours) };
    const open = items.find(({ state }) => state === 'open');
    return open && { outcome: 'conflict', problem: `pull request #${open.number} is open from ${head} to ${base}` };
  }
}

function refOf({ number, html_url: url }: Pull) {
  return { id: String(number), ...(url !== undefined && { url }) };
}
