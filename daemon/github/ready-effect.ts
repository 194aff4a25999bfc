import * as z from 'zod';
import { ThreadTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectTarget } from '../../protocols/effects.ts';
import type { Marker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { mutate } from './graphql.ts';
import { decodeGiven, decodeReply, placeOf } from './reply.ts';

const PullSchema = z.object({
  node_id: z.string(),
  state: z.string(),
  draft: z.boolean().default(false),
  html_url: z.string().optional(),
});
const GET = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';

/** A draft becomes ready for review (E1); REST has no way to say so. https://docs.github.com/graphql/reference/mutations#markpullrequestreadyforreview */
export class ReadyEffect implements ExactAdapter {
  readonly class = 'exact';
  readonly #github: GitHub;

  constructor({ github }: { readonly github: GitHub }) {
    this.#github = github;
  }

  async create(target: EffectTarget, _marker: Marker, _body: unknown, signal: AbortSignal): Promise<Creation> {
    const { repository, number } = decodeGiven('ready-for-review', ThreadTargetSchema, target);
    const place = placeOf(repository);
    const asked = await this.#github.request(GET, { ...place, pull_number: number }, signal);
    const { node_id, state, draft, html_url: url } = decodeReply(PullSchema, asked, GET);
    const ref = { id: String(number), ...(url !== undefined && { url }) };
    if (!draft) return { outcome: 'exists', ref };
    if (state !== 'open') return { outcome: 'conflict', problem: `#${number} is closed` };
    await mutate(this.#github, place, 'markPullRequestReadyForReview', { pullRequestId: node_id }, signal);
    return { outcome: 'created', ref };
  }
}
