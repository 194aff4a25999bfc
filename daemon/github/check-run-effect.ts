import * as z from 'zod';
import { CheckBodySchema, CommitTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import { hasCode } from '../../protocols/errors.ts';
import { type Marker, withMarker } from '../../protocols/marker.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { cutText } from './comment-effect.ts';
import { allPages } from './pages.ts';
import { byId, decodeGiven, decodeReply, IdSchema, placeOf } from './reply.ts';

const RunSchema = z.object({
  id: IdSchema,
  html_url: z.string().nullish(),
  external_id: z.string().nullish(),
  name: z.string(),
  status: z.string(),
  conclusion: z.string().nullish(),
  output: z.object({ title: z.string().nullish(), summary: z.string().nullish() }).nullish(),
});
type Run = z.infer<typeof RunSchema>;

const CREATE = 'POST /repos/{owner}/{repo}/check-runs';
const ONE = '/repos/{owner}/{repo}/check-runs/{check_run_id}';
const LIST = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';

/**
 * Check runs of a commit (E2), by an App: its key is their `external_id`, which only Apps set. A check run cannot be deleted, and of several
 * of one name the newest is shown and counts. So one too many is made to say what the lowest says, and gives the key up.
 * https://docs.github.com/rest/checks/runs
 */
export class CheckRunEffect implements ConvergingAdapter {
  readonly class = 'converging';
  readonly #github: GitHub;

  constructor({ github }: { readonly github: GitHub }) {
    this.#github = github;
  }

  async list(target: EffectTarget, key: EffectKey, signal: AbortSignal): Promise<readonly EffectRef[]> {
    return (await this.#runs(target, key, signal)).map(refOf);
  }

  async write(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<EffectRef> {
    const { repository, sha } = commitOf(target);
    const { name, conclusion, title, summary, url } = decodeGiven('check-run', CheckBodySchema, body);
    const run = {
      ...{ name, head_sha: sha, external_id: marker.key, status: 'completed', conclusion },
      ...(url !== undefined && { details_url: url }),
      // The event that GitHub makes of it tells by the marker how far it lies from a person's act (T6).
      output: { title, summary: withMarker(cutText(summary), marker) },
    };
    const made = await this.#github.request(CREATE, { ...placeOf(repository), ...run }, signal);
    return refOf(decodeReply(RunSchema, made, CREATE));
  }

  async remove(target: EffectTarget, id: string, signal: AbortSignal): Promise<void> {
    const place = { ...placeOf(commitOf(target).repository), check_run_id: id };
    try {
      const surplus = decodeReply(RunSchema, await this.#github.request(`GET ${ONE}`, place, signal), ONE);
      const key = surplus.external_id ?? '';
      const [lowest] = await this.#runs(target, key, signal);
      if (lowest === undefined) return;
      const { name, conclusion, output } = lowest;
      const same = { name, status: 'completed', conclusion, ...(output?.title && output.summary && { output }) };
      await this.#github.request(`PATCH ${ONE}`, { ...place, ...same, external_id: `again ${key}` }, signal);
    } catch (error) {
      if (!hasCode(error, 'github-not-found')) throw error;
    }
  }

  async #runs(target: EffectTarget, key: string, signal: AbortSignal): Promise<readonly Run[]> {
    const { repository, sha } = commitOf(target);
    const parameters = { ...placeOf(repository), ref: sha, filter: 'all' };
    const pages = { route: LIST, parameters, schema: RunSchema, most: Number.POSITIVE_INFINITY, at: 'check_runs' };
    const { items } = await allPages(this.#github, pages, signal);
    return items.filter((run) => run.external_id === key).sort(byId);
  }
}

function commitOf(target: EffectTarget) {
  return decodeGiven('check-run', CommitTargetSchema, target);
}

function refOf({ id, html_url: url }: Run): EffectRef {
  return { id: String(id), ...(url && { url }) };
}
