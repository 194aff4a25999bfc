import { userOf } from './events.ts';
import type { LabParts } from './proxy.ts';
import { numberOf, type Pulls } from './pulls.ts';
import {
  associationOf,
  type LabReview,
  type LabReviewComment,
  type Place,
  placesOf,
  type ReviewState,
  seenBy,
  stateOf,
  unprocessable,
} from './review-rows.ts';
import {
  type Ask,
  accountOf,
  isJson,
  type Json,
  LabProblem,
  ok,
  paged,
  type Routes,
  textOf,
  writerOf,
} from './router.ts';

/**
 * Gaps: reviews of `emulate` take comments by position only and check no line, pending ones are seen by everybody, may be many, and
 * cannot be deleted; submitted ones cannot be changed. These are kept here.
 * https://docs.github.com/rest/pulls/reviews · https://docs.github.com/rest/pulls/comments
 */
export class Reviews {
  readonly #lab: LabParts;
  readonly #pulls: Pulls;
  readonly reviews: LabReview[] = [];
  readonly comments: LabReviewComment[] = [];
  #ids = 900_000;

  constructor(lab: LabParts, pulls: Pulls) {
    this.#lab = lab;
    this.#pulls = pulls;
  }

  routes(): Routes {
    const all = '/repos/{owner}/{repo}/pulls/{pull_number}/reviews';
    const one = `${all}/{review_id}`;
    return {
      [`GET ${all}`]: async (ask) =>
        paged(
          ask,
          await Promise.all(
            this.#of(ask)
              .filter(seenBy(ask))
              .map((each) => this.#shown(each)),
          ),
        ),
      [`POST ${all}`]: async (ask) => ok(await this.#shown(await this.#create(ask)), 200),
      [`GET ${one}`]: async (ask) => ok(await this.#shown(this.#one(ask))),
      [`PUT ${one}`]: async (ask) => {
        const review = this.#own(ask);
        review.body = textOf(ask.body.body);
        if (review.state !== 'PENDING') this.#tell(review, 'edited');
        return ok(await this.#shown(review));
      },
      [`DELETE ${one}`]: async (ask) => {
        const review = this.#own(ask);
        if (review.state !== 'PENDING') throw new LabProblem(422, 'Can not delete a non-pending pull request review');
        this.reviews.splice(this.reviews.indexOf(review), 1);
        for (const comment of this.#commentsOf(review)) this.comments.splice(this.comments.indexOf(comment), 1);
        return ok(await this.#shown(review));
      },
      [`POST ${one}/events`]: async (ask) => {
        const review = this.#own(ask);
        if (review.state !== 'PENDING') throw new LabProblem(422, 'Could not submit review: it is not pending');
        if (typeof ask.body.body === 'string') review.body = ask.body.body;
        await this.#refuseOwn(review, stateOf(ask));
        this.#submit(review, stateOf(ask));
        return ok(await this.#shown(review));
      },
      [`PUT ${one}/dismissals`]: async (ask) => {
        writerOf(ask);
        const review = this.#one(ask);
        if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
          throw new LabProblem(422, `Can not dismiss a ${review.state.toLowerCase()} pull request review`);
        }
        review.state = 'DISMISSED';
        this.#tell(review, 'dismissed');
        return ok(await this.#shown(review));
      },
      [`GET ${one}/comments`]: async (ask) => paged(ask, await this.#shownComments(this.#commentsOf(this.#one(ask)))),
      'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments': async (ask) => {
        this.#pulls.of(ask.repository, numberOf(ask));
        const submitted = new Set(
          this.#of(ask)
            .filter(({ state }) => state !== 'PENDING')
            .map(({ id }) => id),
        );
        return paged(ask, await this.#shownComments(this.comments.filter(({ review }) => submitted.has(review))));
      },
      'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments': async (ask) => {
        const review = await this.#create({
          ...ask,
          body: { event: 'COMMENT', commit_id: ask.body.commit_id, comments: [ask.body] },
        });
        return ok((await this.#shownComments(this.#commentsOf(review)))[0], 201);
      },
      'GET /repos/{owner}/{repo}/pulls/comments/{comment_id}': async (ask) =>
        ok((await this.#shownComments([this.#comment(ask)]))[0]),
      'DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}': (ask) => {
        writerOf(ask);
        this.comments.splice(this.comments.indexOf(this.#comment(ask)), 1);
        return { status: 204 };
      },
    };
  }

  /** https://docs.github.com/graphql/reference/mutations#minimizecomment */
  minimize(nodeId: string): void {
    const review = this.reviews.find(({ node_id }) => node_id === nodeId);
    if (review === undefined)
      throw new LabProblem(404, `Could not resolve to a node with the global id of '${nodeId}'`);
    review.isMinimized = true;
  }

  async #create(ask: Ask): Promise<LabReview> {
    const by = accountOf(ask);
    const number = numberOf(ask);
    const state = ask.body.event === undefined ? undefined : stateOf(ask);
    if (this.#of(ask).some((each) => each.state === 'PENDING' && each.by.login === by.login)) {
      throw unprocessable('User can only have one pending review per pull request');
    }
    const { head } = await this.#pulls.shas(ask.repository, number);
    let problem: unknown;
    const places = await placesOf(ask, () => this.#pulls.files(ask.repository, number)).catch((error: unknown) => {
      problem = error;
      return [];
    });
    // Seen at GitHub: one that is begun with a line it does not know is refused, and stands there all the same.
    if (problem !== undefined && state !== undefined) throw problem;
    if (state !== undefined && state !== 'APPROVED' && textOf(ask.body.body) === '' && places.length === 0)
      throw unprocessable('Body is missing');
    const id = ++this.#ids;
    const page = `${this.#lab.url}/${ask.repository}/pull/${number}`;
    const review: LabReview = {
      ...{
        id,
        node_id: `PRR_${id}`,
        repository: ask.repository,
        number,
        by,
        body: textOf(ask.body.body),
        state: 'PENDING',
      },
      ...{ commit_id: textOf(ask.body.commit_id) || head, isMinimized: false, author_association: associationOf(by) },
      ...{
        html_url: `${page}#pullrequestreview-${id}`,
        pull_request_url: `${this.#lab.url}/repos/${ask.repository}/pulls/${number}`,
      },
    };
    this.reviews.push(review);
    if (problem !== undefined) throw problem;
    for (const place of places) this.#comments(review, place);
    if (state !== undefined) this.#submit(review, state);
    return review;
  }

  /** Nobody has a verdict on what is their own. */
  async #refuseOwn({ by, repository, number }: LabReview, state: ReviewState): Promise<void> {
    if (state === 'COMMENTED') return;
    const { json } = await this.#lab.emulate(by, 'GET', `/repos/${repository}/pulls/${number}`);
    const isOwn = isJson(json) && isJson(json.user) && json.user.login === by.login;
    if (isOwn) throw unprocessable('Can not approve or request changes on your own pull request');
  }

  #comments(review: LabReview, { path, line, side, body }: Place): void {
    const { repository, number, by, commit_id, html_url, pull_request_url } = review;
    const id = ++this.#ids;
    const now = new Date().toISOString();
    this.comments.push({
      ...{ id, node_id: `PRRC_${id}`, repository, number, by, review: review.id, pull_request_review_id: review.id },
      ...{ path, line, side, body, commit_id: commit_id ?? '', diff_hunk: '', created_at: now, updated_at: now },
      ...{
        html_url: `${html_url.split('#')[0]}#discussion_r${id}`,
        pull_request_url,
        author_association: associationOf(by),
      },
    });
  }

  #submit(review: LabReview, state: ReviewState): void {
    review.state = state;
    review.submitted_at = new Date().toISOString();
    this.#tell(review, 'submitted');
    for (const comment of this.#commentsOf(review)) {
      const more = async () => ({ action: 'created', comment: (await this.#shownComments([comment]))[0] });
      this.#pulls.tell(review.repository, review.number, review.by, more, 'pull_request_review_comment');
    }
  }

  #tell(review: LabReview, action: string): void {
    const state = review.state.toLowerCase();
    const more = async () => ({ action, review: { ...(await this.#shown(review)), state } });
    this.#pulls.tell(review.repository, review.number, review.by, more, 'pull_request_review');
  }

  #of(ask: Ask): LabReview[] {
    this.#pulls.of(ask.repository, numberOf(ask));
    return this.reviews.filter(({ repository, number }) => repository === ask.repository && number === numberOf(ask));
  }

  #one(ask: Ask): LabReview {
    const review = this.#of(ask)
      .filter(seenBy(ask))
      .find(({ id }) => String(id) === ask.params.review_id);
    if (review === undefined) throw new LabProblem(404, 'Not Found');
    return review;
  }

  #own(ask: Ask): LabReview {
    const review = this.#one(ask);
    if (review.by.login !== accountOf(ask).login) throw new LabProblem(403, 'Resource not accessible');
    return review;
  }

  #comment(ask: Ask): LabReviewComment {
    const comment = this.comments.find(({ id }) => String(id) === ask.params.comment_id);
    if (comment === undefined || comment.repository !== ask.repository) throw new LabProblem(404, 'Not Found');
    return comment;
  }

  #commentsOf({ id }: LabReview): LabReviewComment[] {
    return this.comments.filter(({ review }) => review === id);
  }

  async #shown({ by, isMinimized: _, repository: _repository, number: _number, ...review }: LabReview): Promise<Json> {
    return { ...review, user: await userOf(this.#lab, by) };
  }

  #shownComments(comments: readonly LabReviewComment[]): Promise<Json[]> {
    return Promise.all(
      comments.map(async ({ by, repository: _repository, number: _number, review: _review, ...comment }) => ({
        ...comment,
        user: await userOf(this.#lab, by),
      })),
    );
  }
}
