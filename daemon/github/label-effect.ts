import * as z from 'zod';
import { LabelBodySchema, ThreadTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectTarget } from '../../protocols/effects.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { Marker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { allPages } from './pages.ts';
import { decodeGiven, placeOf } from './reply.ts';

const ALL = '/repos/{owner}/{repo}/issues/{issue_number}/labels';
const LabelSchema = z.object({ name: z.string() });

/**
 * Labels of an issue or pull request (E1): a set, so the same again changes nothing. GitHub makes a label that the repository does not
 * have, and takes no notice of upper and lower case.
 * https://docs.github.com/rest/issues/labels
 */
export class LabelEffect implements ExactAdapter {
  readonly class = 'exact';
  readonly #github: GitHub;

  constructor({ github }: { readonly github: GitHub }) {
    this.#github = github;
  }

  async create(target: EffectTarget, _marker: Marker, body: unknown, signal: AbortSignal): Promise<Creation> {
    const { repository, number } = decodeGiven('label', ThreadTargetSchema, target);
    const { add, remove } = decodeGiven('label', LabelBodySchema, body);
    const place = { ...placeOf(repository), issue_number: number };
    const pages = { route: `GET ${ALL}`, parameters: place, schema: LabelSchema, most: 1_000 };
    const there = (await allPages(this.#github, pages, signal)).items.map(({ name }) => name);
    const missing = add.filter((name) => !hasName(there, name));
    const surplus = there.filter((name) => hasName(remove, name) && !hasName(add, name));
    if (missing.length > 0) await this.#github.request(`POST ${ALL}`, { ...place, labels: missing }, signal);
    for (const name of surplus) await this.#remove({ ...place, name }, signal);
    const id = [...add.map((name) => `+${name}`), ...remove.map((name) => `-${name}`)].join(' ');
    return { outcome: missing.length + surplus.length > 0 ? 'created' : 'exists', ref: { id } };
  }

  async #remove(place: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<void> {
    try {
      await this.#github.request(`DELETE ${ALL}/{name}`, place, signal);
    } catch (error) {
      if (!hasCode(error, 'github-not-found')) throw error;
    }
  }
}

function hasName(names: readonly string[], wanted: string): boolean {
  return names.some((name) => name.toLowerCase() === wanted.toLowerCase());
}
