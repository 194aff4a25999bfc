import { setTimeout as wait } from 'node:timers/promises';
import type * as z from 'zod';
import { ReviewBodySchema, ThreadTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectKey, EffectRef, EffectTarget } from '../../protocols/effects.ts';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import { type Marker, withMarker } from '../../protocols/marker.ts';
import type { ConvergingAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { cutText } from './comment-effect.ts';
import type { OwnLogin } from './own-login.ts';
import { isPending, keyOf, ownReviews, type Review, ReviewSchema } from './own-reviews.ts';
import { decodeGiven, decodeReply, placeOf } from './reply.ts';
import { retractReview } from './retract-review.ts';

export interface ReviewEffectOptions {
  /** It may approve and request changes; else it only comments, whatever the verdict. */
  readonly verdicts: boolean;
  /** How long another review of ours may stand there unsubmitted before it counts as left behind. Milliseconds, default 20 000. */
  readonly patienceMs?: number;
  /** Between two looks at it. Default 1 000. */
  readonly lookMs?: number;
}

export interface ReviewEffectParts {
  readonly github: GitHub;
  readonly self: OwnLogin;
}

type Body = z.infer<typeof ReviewBodySchema>;
type Place = { readonly owner: string; readonly repo: string; readonly pull_number: number };

const CREATE = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
const SUBMIT = 'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}/events';
const DELETE = 'DELETE /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}';
const EVENTS = { comment: 'COMMENT', approve: 'APPROVE', 'request-changes': 'REQUEST_CHANGES' } as const;
/** A beginning and its end, each lost a few times to somebody else. */
const TURNS = 12;

/**
 * Reviews of pull requests (E2). A submitted review has notified people and can never be deleted; one that is pending nobody sees, it can
 * be deleted, and GitHub lets an account have one of them on a pull request. So a review is begun as pending with its marker, then everything of our account is listed again, and only if none
 * with the key is submitted, it is. Who finds a pending one with the key submits that; one with another key is of another general, or
 * was left behind: it is waited for, then deleted (whoever still works on it finds it gone and begins anew). One without a marker is a
 * person's who shares the account: it is left alone.
 * https://docs.github.com/rest/pulls/reviews
 */
export class ReviewEffect implements ConvergingAdapter {
  readonly class = 'converging';
  readonly #options: ReviewEffectOptions;
  readonly #parts: ReviewEffectParts;
  /** Pull request → whoever of this process is at work on it: nodes wait for one another, generals of a node need not. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: ReviewEffectOptions, parts: ReviewEffectParts) {
    this.#options = options;
    this.#parts = parts;
  }

  async list(target: EffectTarget, key: EffectKey, signal: AbortSignal): Promise<readonly EffectRef[]> {
    const all = await ownReviews(this.#parts, pullOf(target), signal);
    return all.filter((review) => keyOf(review) === key && !isPending(review)).map(refOf);
  }

  async write(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<EffectRef> {
    const place = pullOf(target);
    const review = decodeGiven('review', ReviewBodySchema, body);
    const name = `${place.owner}/${place.repo}#${place.pull_number}`;
    const before = this.#turns.get(name) ?? Promise.resolve();
    const writing = before.then(() => this.#write(place, marker, review, signal));
    const turn = writing.catch(() => {});
    this.#turns.set(name, turn);
    try {
      return refOf(await writing);
    } finally {
      if (this.#turns.get(name) === turn) this.#turns.delete(name);
    }
  }

  async remove(target: EffectTarget, id: string, signal: AbortSignal): Promise<void> {
    await retractReview(this.#parts.github, { ...pullOf(target), review_id: id }, signal);
  }

  async #write(place: Place, marker: Marker, body: Body, signal: AbortSignal): Promise<Review> {
    let waited = { id: '', ms: 0 };
    for (let turns = 0; turns < TURNS; ) {
      const own = await ownReviews(this.#parts, place, signal);
      const ours = own.filter((review) => keyOf(review) === marker.key);
      const submitted = ours.find((review) => !isPending(review));
      const pending = own.find(isPending);
      if (submitted !== undefined) {
        if (pending !== undefined && ours.includes(pending)) await this.#delete(place, pending, signal);
        return submitted;
      }
      if (pending !== undefined && !ours.includes(pending)) {
        const id = String(pending.id);
        // Another one than before: somebody gets on.
        if (waited.id !== id) waited = { id, ms: 0 };
        waited.ms += await this.#waitFor(place, pending, waited.ms, signal);
        continue;
      }
      turns++;
      const ended =
        pending === undefined
          ? await this.#begin(place, marker, body, signal)
          : await this.#submit(place, pending, body, signal);
      if (ended !== undefined) return ended;
    }
    throw conflict(marker, 'reviews of the same account stand in one another’s way');
  }

  /** Nothing where GitHub says that one has been begun already: the next look shows it. */
  async #begin(place: Place, marker: Marker, body: Body, signal: AbortSignal): Promise<undefined> {
    const comments = body.comments.map(({ text, ...at }) => ({ ...at, body: text }));
    try {
      await this.#create(place, { text: body.text, sha: body.sha, comments }, marker, signal);
    } catch (error) {
      if (comments.length === 0 || !isInvalid(error)) throw error;
      // One line that the diff does not show takes the whole review down, and GitHub does not tell which: they go into its text.
      // It may have kept the review without them.
      const own = await ownReviews(this.#parts, place, signal);
      const orphan = own.find((review) => isPending(review) && keyOf(review) === marker.key);
      if (orphan !== undefined) await this.#delete(place, orphan, signal);
      await this.#create(place, { text: withLines(body), sha: body.sha, comments: [] }, marker, signal);
    }
  }

  async #create(
    place: Place,
    { text, sha, comments }: { text: string; sha: string; comments: readonly unknown[] },
    marker: Marker,
    signal: AbortSignal,
  ): Promise<void> {
    const review = { commit_id: sha, body: withMarker(cutText(text), marker), comments };
    try {
      await this.#parts.github.request(CREATE, { ...place, ...review }, signal);
    } catch (error) {
      if (!isInvalid(error) || !/one pending review/i.test(error.message)) throw error;
    }
  }

  /** Undefined where somebody else has submitted or deleted it meanwhile. */
  async #submit(place: Place, pending: Review, { verdict }: Body, signal: AbortSignal): Promise<Review | undefined> {
    const event = EVENTS[this.#options.verdicts ? verdict : 'comment'];
    const parameters = { ...place, review_id: String(pending.id), event };
    try {
      return decodeReply(ReviewSchema, await this.#parts.github.request(SUBMIT, parameters, signal), SUBMIT);
    } catch (error) {
      if (hasCode(error, 'github-not-found')) return undefined;
      if (!isInvalid(error)) throw error;
      const now = (await ownReviews(this.#parts, place, signal)).find(({ id }) => id === pending.id);
      if (now === undefined || !isPending(now)) return undefined;
      // Refused for what it is, e.g. a verdict on one's own pull request: it must not stand in the way of others.
      await this.#delete(place, pending, signal);
      throw error;
    }
  }

  /** @returns for how long it waited; it was deleted when its time was over */
  async #waitFor(place: Place, pending: Review, waited: number, signal: AbortSignal): Promise<number> {
    if (keyOf(pending) === undefined) {
      throw new MeshError('effect-conflict', {
        ...{ kind: 'review', key: String(pending.id) },
        problem: 'the account has a review of its own there that it has not submitted',
      });
    }
    const ms = this.#options.lookMs ?? 1_000;
    if (waited < (this.#options.patienceMs ?? 20_000)) await wait(ms, undefined, { signal });
    else await this.#delete(place, pending, signal);
    return ms;
  }

  async #delete(place: Place, { id }: Review, signal: AbortSignal): Promise<void> {
    try {
      await this.#parts.github.request(DELETE, { ...place, review_id: String(id) }, signal);
    } catch (error) {
      // Deleted or submitted meanwhile: the next look tells which.
      if (!hasCode(error, 'github-not-found') && !isInvalid(error)) throw error;
    }
  }
}

function pullOf(target: EffectTarget): Place {
  const { repository, number } = decodeGiven('review', ThreadTargetSchema, target);
  return { ...placeOf(repository), pull_number: number };
}

function withLines({ text, comments }: Body): string {
  const lines = comments.map(({ path, line, text: said }) => `- \`${path}:${line}\` ${said.replaceAll('\n', '\n  ')}`);
  return `${text.trimEnd()}\n\n${lines.join('\n')}`;
}

function isInvalid(error: unknown): error is MeshError {
  return hasCode(error, 'github-refused') && error.facts.status === 422;
}

function conflict({ key }: Marker, problem: string): MeshError {
  return new MeshError('effect-conflict', { kind: 'review', key, problem });
}

function refOf({ id, html_url: url }: Review): EffectRef {
  return { id: String(id), ...(url !== undefined && { url }) };
}
