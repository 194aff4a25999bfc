import * as z from 'zod';

/**
 * What effects are made of, by kind: `target` is where it goes, `body` what is written. Roles build them, adapters decode them.
 * A comment's body is its text.
 */
const Repository = z.string().regex(/^[^/]+\/[^/]+$/, 'is not owner/name');
const Sha = z.string().regex(/^[0-9a-f]{40}$/, 'is not a full sha');
/** A branch's name, without `refs/heads/`. https://git-scm.com/docs/git-check-ref-format */
const Branch = z
  .string()
  .min(1)
  .max(200)
  .regex(
    /^(?!\/|.*(?:\/\/|\/\.|\.\.|@\{|\/$|\.$|\.lock(?:\/|$)))(?!\.)[\x21-\x7e]+$/,
    'is not a name git takes for a branch',
  )
  .refine((name) => !/[ ~^:?*[\\]/.test(name), 'is not a name git takes for a branch');

/** An issue or a pull request. `since`: nothing of this effect is older; RFC 3339. */
export const ThreadTargetSchema = z.object({
  repository: Repository,
  number: z.int().positive(),
  since: z.string().optional(),
});

/** Labels to add and to take away; whichever are right already stay as they are. */
export const LabelBodySchema = z.object({
  add: z.array(z.string().min(1).max(50)).default([]),
  remove: z.array(z.string().min(1).max(50)).default([]),
});
export type LabelBody = z.input<typeof LabelBodySchema>;

/** On a line of the new file (`RIGHT`, the default) or of the old one; where the diff does not show it, it is said in the review's text. */
export const LineCommentSchema = z.object({
  path: z.string(),
  line: z.int().positive(),
  side: z.enum(['LEFT', 'RIGHT']).default('RIGHT'),
  text: z.string(),
});
export type LineComment = z.input<typeof LineCommentSchema>;

/** A review of one commit of a pull request. `sha`: the head that was looked at. */
export const ReviewBodySchema = z.object({
  sha: Sha,
  verdict: z.enum(['comment', 'approve', 'request-changes']).default('comment'),
  text: z.string().min(1),
  comments: z.array(LineCommentSchema).default([]),
});
export type ReviewBody = z.input<typeof ReviewBodySchema>;

export const CommitTargetSchema = z.object({ repository: Repository, sha: Sha });

/** What was found about a commit: a check run by an App, a status by a token, which GitHub lets write no other. */
export const CheckBodySchema = z.object({
  /** People see it in the list of checks and may require it. */
  name: z.string().min(1).max(100),
  conclusion: z.enum(['success', 'failure', 'neutral']),
  title: z.string().min(1),
  /** Markdown. */
  summary: z.string(),
  url: z.url().optional(),
});
export type CheckBody = z.input<typeof CheckBodySchema>;

export const StatusBodySchema = z.object({
  context: z.string().min(1).max(100),
  state: z.enum(['pending', 'success', 'failure', 'error']),
  description: z.string(),
  url: z.url().optional(),
});
export type StatusBody = z.input<typeof StatusBodySchema>;

export const BranchTargetSchema = z.object({ repository: Repository, branch: Branch });

/** A file of a commit: its text, or null where it is deleted. */
export const CommittedFileSchema = z.object({
  path: z.string().min(1),
  text: z.string().nullable(),
  executable: z.boolean().default(false),
});
export type CommittedFile = z.input<typeof CommittedFileSchema>;

/** One commit on a parent. Author and date are given, so that whoever makes it again makes the same one. `at`: RFC 3339. */
const Commit = z.object({
  parent: Sha,
  message: z.string().min(1),
  author: z.object({ name: z.string().min(1), email: z.string().min(1) }),
  at: z.iso.datetime({ offset: true }),
  files: z.array(CommittedFileSchema).min(1),
});
export type CommitBody = z.input<typeof Commit>;

/** A commit that takes back what another one brought to a branch, file by file: refused where a file was changed since. */
const Revert = Commit.omit({ files: true }).extend({ commit: Sha });
export type RevertBody = z.input<typeof Revert>;

/**
 * A branch: at a commit that is there (`sha`), at a new one (`commit`), or at one that takes another back (`revert`).
 * `expected`: the branch's tip so far; null where there is none. A new tip must come after it.
 */
export const BranchBodySchema = z.union([
  z.object({ expected: Sha.nullable(), sha: Sha }),
  z.object({ expected: Sha.nullable(), commit: Commit }),
  z.object({ expected: Sha.nullable(), revert: Revert }),
]);
export type BranchBody = z.input<typeof BranchBodySchema>;

/** From a branch of the repository itself to another. */
export const PullRequestTargetSchema = z.object({ repository: Repository, head: Branch, base: Branch });
export const PullRequestBodySchema = z.object({
  title: z.string().min(1).max(256),
  text: z.string(),
  draft: z.boolean().default(false),
});
export type PullRequestBody = z.input<typeof PullRequestBodySchema>;

/** `sha`: the head that was approved; another one is not merged. */
export const MergeBodySchema = z.object({
  sha: Sha,
  method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
  title: z.string().optional(),
});
export type MergeBody = z.input<typeof MergeBodySchema>;
