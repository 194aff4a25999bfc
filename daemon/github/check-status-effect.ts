import { CheckBodySchema, CommitTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import type { Marker } from '../../protocols/marker.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { isOf, type OwnLogin } from './own-login.ts';
import { allPages } from './pages.ts';
import { byId, decodeGiven, decodeReply, placeOf } from './reply.ts';
import { CREATE_STATUS, cutDescription, LIST_STATUSES, StatusSchema } from './status-effect.ts';

export interface CheckStatusOptions {
  /** Where people see the repositories, e.g. `https://github.com`. */
  readonly site: string;
}

/**
 * What stands for a check run where there is only a token: GitHub lets none but Apps write check runs. A commit status of the same name, with
 * the key at the end of its address, as the part that no server is sent. Statuses cannot be removed, and need not be: of one context only the latest is
 * seen.
 * https://docs.github.com/rest/commits/statuses
 */
export class CheckStatusEffect implements ConvergingAdapter {
  readonly class = 'converging';
  readonly #options: CheckStatusOptions;
  readonly #github: GitHub;
  readonly #self: OwnLogin;

  constructor(options: CheckStatusOptions, { github, self }: { readonly github: GitHub; readonly self: OwnLogin }) {
    this.#options = options;
    this.#github = github;
    this.#self = self;
  }

  /** At most one: the lowest. */
  async list(target: EffectTarget, key: EffectKey, signal: AbortSignal): Promise<readonly EffectRef[]> {
    const { repository, sha } = commitOf(target);
    const parameters = { ...placeOf(repository), ref: sha };
    const pages = { route: LIST_STATUSES, parameters, schema: StatusSchema, most: Number.POSITIVE_INFINITY };
    const login = await this.#self();
    const { items } = await allPages(this.#github, pages, signal);
    const own = items.filter((each) => each.target_url?.endsWith(`#${key}`) && isOf(each.creator?.login, login));
    return own
      .sort(byId)
      .slice(0, 1)
      .map(({ id }) => ({ id: String(id) }));
  }

  async write(target: EffectTarget, { key }: Marker, body: unknown, signal: AbortSignal): Promise<EffectRef> {
    const { repository, sha } = commitOf(target);
    const { name, conclusion, title, url } = decodeGiven('check-run', CheckBodySchema, body);
    const page = new URL(url ?? `${this.#options.site}/${repository}/commit/${sha}`);
    page.hash = key;
    const status = {
      ...{ sha, context: name, description: cutDescription(title), target_url: page.href },
      // A status has no word for neither good nor bad.
      state: conclusion === 'failure' ? 'failure' : 'success',
    };
    const made = await this.#github.request(CREATE_STATUS, { ...placeOf(repository), ...status }, signal);
    return { id: String(decodeReply(StatusSchema, made, CREATE_STATUS).id) };
  }

  async remove(): Promise<void> {}
}

function commitOf(target: EffectTarget) {
  return decodeGiven('check-run', CommitTargetSchema, target);
}
