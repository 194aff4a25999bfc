import type { Account } from './accounts.ts';
import { linesOf } from './diffs.ts';
import { type Ask, accountOf, isJson, LabProblem, textOf } from './router.ts';
import type { DiffEntry, ReviewCommentShape, ReviewShape } from './shapes.ts';

export type ReviewState = 'PENDING' | 'COMMENTED' | 'APPROVED' | 'CHANGES_REQUESTED' | 'DISMISSED';
const STATES: Readonly<Record<string, ReviewState>> = {
  COMMENT: 'COMMENTED',
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
};

export interface LabReview extends ReviewShape {
  readonly repository: string;
  readonly number: number;
  readonly by: Account;
  body: string;
  state: ReviewState;
  submitted_at?: string;
  /** Folded up as off-topic, duplicate and so on: GraphQL only. */
  isMinimized: boolean;
}

export interface LabReviewComment extends ReviewCommentShape {
  readonly repository: string;
  readonly number: number;
  readonly review: LabReview['id'];
  readonly by: Account;
  body: string;
}

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly side: 'LEFT' | 'RIGHT';
  readonly body: string;
}

export function stateOf({ body }: Ask): ReviewState {
  const state = STATES[textOf(body.event)];
  if (state === undefined) throw unprocessable('Event is not one of COMMENT, APPROVE, REQUEST_CHANGES');
  return state;
}

/** Whoever began a review and has not submitted it is the only one to see it. */
export function seenBy(ask: Ask): (review: LabReview) => boolean {
  const { login } = accountOf(ask);
  return ({ state, by }) => state !== 'PENDING' || by.login === login;
}

export function associationOf({ isApp, mayWrite }: Account): LabReview['author_association'] {
  return mayWrite && !isApp ? 'MEMBER' : 'NONE';
}

export function unprocessable(error: string): LabProblem {
  return new LabProblem(422, 'Unprocessable Entity', [error]);
}

/** Comments may only be on lines that the diff shows. */
export async function placesOf(ask: Ask, filesOf: () => Promise<readonly DiffEntry[]>): Promise<Place[]> {
  const wanted = Array.isArray(ask.body.comments) ? ask.body.comments.filter(isJson) : [];
  if (wanted.length === 0) return [];
  const files = await filesOf();
  return wanted.map((comment) => {
    const file = files.find(({ filename }) => filename === comment.path);
    if (file === undefined) throw unprocessable('Path could not be resolved');
    const side = comment.side === 'LEFT' ? 'LEFT' : 'RIGHT';
    const line = Number(comment.line);
    if (!linesOf(file.patch ?? '')[side].has(line)) throw unprocessable('Line could not be resolved');
    return { path: file.filename, line, side, body: textOf(comment.body) };
  });
}
