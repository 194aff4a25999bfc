import * as z from 'zod';
import { MergeBodySchema, ThreadTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectTarget } from '../../protocols/effects.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { Marker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { decodeGiven, decodeReply, placeOf } from './reply.ts';

const PullSchema = z.object({
  state: z.string(),
  merged: z.boolean(),
  merge_commit_sha: z.string().nullish(),
  head: z.object({ sha: z.string() }),
});
const MergedSchema = z.object({ sha: z.string() });
const GET = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
const MERGE = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge';
/** It cannot be merged now, and its head is another. https://docs.github.com/rest/pulls/pulls#merge-a-pull-request */
const REFUSALS: readonly unknown[] = [405, 409];

/** A pull request is merged with the head that was approved (E1). Its id is the commit on the base branch. */
export class MergeEffect implements ExactAdapter {
  readonly class = 'exact';
  readonly #github: GitHub;

  constructor({ github }: { readonly github: GitHub }) {
    this.#github = github;
  }

  async create(target: EffectTarget, _marker: Marker, body: unknown, signal: AbortSignal): Promise<Creation> {
    const { repository, number } = decodeGiven('merge', ThreadTargetSchema, target);
    const { sha, method, title } = decodeGiven('merge', MergeBodySchema, body);
    const place = { ...placeOf(repository), pull_number: number };
    const ended = await this.#ended(place, number, sha, signal);
    if (ended !== undefined) return ended;
    const how = { sha, merge_method: method, ...(title !== undefined && { commit_title: title }) };
    try {
      const reply = await this.#github.request(MERGE, { ...place, ...how }, signal);
      return { outcome: 'created', ref: { id: decodeReply(MergedSchema, reply, MERGE).sha } };
    } catch (error) {
      if (!hasCode(error, 'github-refused') || !REFUSALS.includes(error.facts.status)) throw error;
      const now = await this.#ended(place, number, sha, signal);
      return now ?? { outcome: 'conflict', problem: String(error.facts.problem) };
    }
  }

  async #ended(
    place: Readonly<Record<string, unknown>>,
    number: number,
    sha: string,
    signal: AbortSignal,
  ): Promise<Creation | undefined> {
    const { state, merged, merge_commit_sha, head } = decodeReply(
      PullSchema,
      await this.#github.request(GET, place, signal),
      GET,
    );
    if (state === 'open') return undefined;
    if (!merged) return { outcome: 'conflict', problem: `#${number} was closed` };
    if (head.sha !== sha)
      return { outcome: 'conflict', problem: `#${number} was merged at ${head.sha}, not at ${sha}` };
    return { outcome: 'exists', ref: { id: merge_commit_sha ?? sha } };
  }
}
