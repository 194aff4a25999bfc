import * as z from 'zod';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import type { GitHub } from './client.ts';
import { mutate } from './graphql.ts';
import { ReviewSchema } from './own-reviews.ts';
import { allPages } from './pages.ts';
import { decodeReply, IdSchema } from './reply.ts';

interface ReviewPlace {
  readonly owner: string;
  readonly repo: string;
  readonly pull_number: number;
  readonly review_id: string;
}

const ONE = '/repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}';
const DELETE_COMMENT = 'DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}';
const CommentSchema = z.object({ id: IdSchema });

/** What is left of a review that was one too many. It has no marker, so that it is nobody's any more. */
const RETRACTED = 'Posted twice by mistake: the other review says the same.';

/**
 * A submitted review cannot be deleted. What can be done is done: its comments on lines are deleted, its text is replaced, a verdict is
 * dismissed, and it is folded up as a duplicate. One that is pending is deleted.
 * https://docs.github.com/rest/pulls/reviews · https://docs.github.com/graphql/reference/mutations#minimizecomment
 */
export async function retractReview(github: GitHub, place: ReviewPlace, signal: AbortSignal): Promise<void> {
  const { owner, repo } = place;
  try {
    const { node_id, state } = decodeReply(ReviewSchema, await github.request(`GET ${ONE}`, { ...place }, signal), ONE);
    if (state === 'PENDING') {
      await github.request(`DELETE ${ONE}`, { ...place }, signal);
      return;
    }
    const pages = { route: `GET ${ONE}/comments`, parameters: { ...place }, schema: CommentSchema, most: 1_000 };
    for (const { id } of (await allPages(github, pages, signal)).items) {
      await ignoring(
        'github-not-found',
        github.request(DELETE_COMMENT, { owner, repo, comment_id: String(id) }, signal),
      );
    }
    if (state === 'APPROVED' || state === 'CHANGES_REQUESTED') {
      await github.request(`PUT ${ONE}/dismissals`, { ...place, message: RETRACTED, event: 'DISMISS' }, signal);
    }
    // Last of what counts: without its marker nobody looks at it again.
    const folded = mutate(
      github,
      { owner, repo },
      'minimizeComment',
      { subjectId: node_id, classifier: 'DUPLICATE' },
      signal,
    );
    await ignoring('github-refused', folded);
    await github.request(`PUT ${ONE}`, { ...place, body: RETRACTED }, signal);
  } catch (error) {
    if (!hasCode(error, 'github-not-found')) throw error;
  }
}

async function ignoring(code: 'github-not-found' | 'github-refused', asking: Promise<unknown>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    if (!(error instanceof MeshError) || !hasCode(error, code)) throw error;
  }
}
