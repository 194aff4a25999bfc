import * as z from 'zod';
import type {
  ChangedFile,
  ForgeCheck,
  ForgeComment,
  ForgeCommit,
  ForgeIssue,
  ForgePullRequest,
  ForgeReview,
} from '../../roles/ports/forge.ts';
import { IdSchema } from './reply.ts';

// What is read of GitHub's answers, and what it becomes; everything else is left alone.

/** Absent for an account that was deleted. */
const User = z.object({ login: z.string(), type: z.string().optional() }).nullish();
const Text = z
  .string()
  .nullish()
  .transform((text) => text ?? '');
const Labels = z
  .array(z.union([z.string(), z.object({ name: Text })]))
  .transform((labels) => labels.map((label) => (typeof label === 'string' ? label : label.name)));
const Thread = {
  number: z.int().positive(),
  title: z.string(),
  body: Text,
  state: z.enum(['open', 'closed']),
  user: User,
  author_association: z.string().default('NONE'),
  labels: Labels,
  html_url: z.string(),
};

/** https://docs.github.com/rest/pulls/pulls: `merged` is only in the long form. */
export const PullRequestSchema = z.object({
  ...Thread,
  draft: z.boolean().default(false),
  merged_at: z.string().nullish(),
  merge_commit_sha: z.string().nullish(),
  base: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }) }),
  head: z.object({ ref: z.string(), sha: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
});

export function toPullRequest(pull: z.infer<typeof PullRequestSchema>): ForgePullRequest {
  const { base, head, merge_commit_sha } = pull;
  const merged = typeof pull.merged_at === 'string';
  return {
    ...threadOf(base.repo.full_name, pull),
    draft: pull.draft,
    merged,
    base: { ref: base.ref, sha: base.sha },
    head: { ref: head.ref, sha: head.sha, ...(head.repo && { repository: head.repo.full_name }) },
    // Before a merge it is the trial merge that GitHub makes for itself.
    ...(merged && typeof merge_commit_sha === 'string' && { mergeSha: merge_commit_sha }),
  };
}

/** https://docs.github.com/rest/issues/issues */
export const IssueSchema = z.object({ ...Thread, pull_request: z.unknown().optional() });

export function toIssue(repository: string, issue: z.infer<typeof IssueSchema>): ForgeIssue {
  return { ...threadOf(repository, issue), isPullRequest: issue.pull_request !== undefined };
}

function threadOf(repository: string, thread: z.infer<z.ZodObject<typeof Thread>>) {
  const { number, title, body, state, user, author_association: association, labels, html_url: url } = thread;
  return { repository, number, title, body, state, author: loginOf(user), association, labels, url };
}

/** https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
export const FileSchema = z
  .object({
    filename: z.string(),
    status: z.string(),
    additions: z.int(),
    deletions: z.int(),
    patch: z.string().optional(),
    previous_filename: z.string().optional(),
  })
  .transform(
    ({ filename: path, status, additions, deletions, patch, previous_filename }): ChangedFile => ({
      ...{ path, status: statusOf(status), additions, deletions },
      ...(patch !== undefined && { patch }),
      ...(previous_filename !== undefined && { previousPath: previous_filename }),
    }),
  );

/** https://docs.github.com/rest/commits/commits; the account where there is one, else the name in the commit. */
export const CommitSchema = z
  .object({
    sha: z.string(),
    commit: z.object({ message: z.string(), author: z.object({ name: z.string().nullish() }).nullish() }),
    author: z.object({ login: z.string().optional() }).nullish(),
  })
  .transform(
    ({ sha, commit, author }): ForgeCommit => ({
      sha,
      message: commit.message,
      author: author?.login ?? commit.author?.name ?? '',
    }),
  );

/** https://docs.github.com/rest/issues/comments · https://docs.github.com/rest/pulls/comments: those have a place. */
export const CommentSchema = z
  .object({
    id: IdSchema,
    user: User,
    author_association: z.string().default('NONE'),
    body: Text,
    created_at: z.string(),
    path: z.string().optional(),
    line: z.int().nullish(),
  })
  .transform(
    ({ id, user, author_association: association, body, created_at: createdAt, path, line }): ForgeComment => ({
      ...{ id: String(id), author: loginOf(user), association, isBot: user?.type === 'Bot', body, createdAt },
      ...(path !== undefined && { path }),
      ...(typeof line === 'number' && { line }),
    }),
  );

const REVIEW_STATES = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  COMMENTED: 'commented',
  DISMISSED: 'dismissed',
  PENDING: 'pending',
} as const;

/** https://docs.github.com/rest/pulls/reviews */
export const ReviewSchema = z.object({
  id: IdSchema,
  user: User,
  author_association: z.string().default('NONE'),
  body: Text,
  state: z.enum(['APPROVED', 'CHANGES_REQUESTED', 'COMMENTED', 'DISMISSED', 'PENDING']),
  commit_id: Text,
});

/** Undefined for one that is not submitted. */
export function toReview(review: z.infer<typeof ReviewSchema>): ForgeReview | undefined {
  const { id, user, author_association: association, body, commit_id: sha } = review;
  const state = REVIEW_STATES[review.state];
  if (state === 'pending') return undefined;
  return { id: String(id), author: loginOf(user), association, isBot: user?.type === 'Bot', state, body, sha };
}

/** https://docs.github.com/rest/checks/runs: `waiting`, `requested` and `pending` are words for not begun. */
export const CheckRunSchema = z
  .object({
    name: z.string(),
    status: z.string(),
    conclusion: z.string().nullish(),
    html_url: z.string().nullish(),
    output: z.object({ title: z.string().nullish(), summary: z.string().nullish() }).nullish(),
  })
  .transform(({ name, status, conclusion, html_url: url, output }): ForgeCheck => {
    const summary = output?.summary ?? output?.title;
    const isKnown = status === 'completed' || status === 'in_progress';
    return {
      ...{ name, status: isKnown ? status : 'queued' },
      ...(typeof conclusion === 'string' && { conclusion }),
      ...(typeof summary === 'string' && { summary }),
      ...(typeof url === 'string' && { url }),
    };
  });

/** https://docs.github.com/rest/commits/statuses: `pending` is one that runs, `error` and `failure` both are failures. */
export const StatusSchema = z
  .object({
    context: z.string(),
    state: z.string(),
    description: z.string().nullish(),
    target_url: z.string().nullish(),
  })
  .transform(({ context: name, state, description, target_url }): ForgeCheck => {
    const isDone = state !== 'pending';
    return {
      ...{ name, status: isDone ? 'completed' : 'in_progress' },
      ...(isDone && { conclusion: state === 'error' ? 'failure' : state }),
      ...(description && { summary: description }),
      ...(target_url && { url: target_url }),
    };
  });

function statusOf(status: string): ChangedFile['status'] {
  const isKnown = status === 'added' || status === 'removed' || status === 'modified' || status === 'renamed';
  return isKnown ? status : 'other';
}

function loginOf(user: z.infer<typeof User>): string {
  return user?.login ?? 'ghost';
}
