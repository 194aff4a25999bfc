import * as z from 'zod';
import { hasCode } from '../../protocols/errors.ts';
import type {
  ChangedFile,
  Forge,
  ForgeCheck,
  ForgeComment,
  ForgeCommit,
  ForgeFile,
  ForgeIssue,
  ForgePullRequest,
  ForgeReview,
  Listed,
  NumberedThing,
} from '../../roles/ports/forge.ts';
import type { GitHub, GitHubParameters } from './client.ts';
import {
  CheckRunSchema,
  CommentSchema,
  CommitSchema,
  FileSchema,
  IssueSchema,
  PullRequestSchema,
  ReviewSchema,
  StatusSchema,
  toIssue,
  toPullRequest,
  toReview,
} from './forge-shapes.ts';
import { allPages, PER_PAGE } from './pages.ts';
import { decodeReply, placeOf } from './reply.ts';

/** GitHub lists no more files of a pull request; of a comparison 300. */
const MOST_FILES = 3_000;
const MOST_COMPARED_FILES = 300;
/** Of anything else: ten requests. */
const MOST = 1_000;

const ContentSchema = z.object({ type: z.string(), encoding: z.string().optional(), content: z.string().optional() });
const TreeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), type: z.string() })),
  truncated: z.boolean(),
});
const RefSchema = z.object({ object: z.object({ sha: z.string() }) });
const ComparedSchema = z.object({
  total_commits: z.int(),
  commits: z.array(CommitSchema),
  files: z.array(FileSchema).default([]),
});

/** GitHub, read: lists whole, page by page, up to a number that is said. */
export class GitHubForge implements Forge {
  readonly #github: GitHub;

  constructor({ github }: { readonly github: GitHub }) {
    this.#github = github;
  }

  async pullRequest(at: NumberedThing, signal: AbortSignal): Promise<ForgePullRequest> {
    return toPullRequest(
      await this.#one('GET /repos/{owner}/{repo}/pulls/{pull_number}', pullAt(at), PullRequestSchema, signal),
    );
  }

  changedFiles(at: NumberedThing, signal: AbortSignal): Promise<Listed<ChangedFile>> {
    return this.#all('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', pullAt(at), FileSchema, signal, {
      most: MOST_FILES,
    });
  }

  commits(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeCommit>> {
    return this.#all('GET /repos/{owner}/{repo}/pulls/{pull_number}/commits', pullAt(at), CommitSchema, signal);
  }

  async compare(at: { repository: string; base: string; head: string }, signal: AbortSignal) {
    const route = 'GET /repos/{owner}/{repo}/compare/{basehead}';
    const commits: ForgeCommit[] = [];
    let files: readonly ChangedFile[] = [];
    for (let page = 1; ; page++) {
      const query = { ...placeOf(at.repository), basehead: `${at.base}...${at.head}`, per_page: PER_PAGE, page };
      const found = await this.#one(route, query, ComparedSchema, signal);
      commits.push(...found.commits);
      // Only the first page has them.
      if (page === 1) files = found.files;
      const isAll = commits.length >= found.total_commits || found.commits.length === 0;
      if (!isAll && commits.length < MOST) continue;
      return {
        commits: { items: commits, cut: !isAll },
        files: { items: files, cut: files.length >= MOST_COMPARED_FILES },
      };
    }
  }

  async pullRequestsOf(
    at: { repository: string; sha: string },
    signal: AbortSignal,
  ): Promise<Listed<ForgePullRequest>> {
    const route = 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls';
    const query = { ...placeOf(at.repository), commit_sha: at.sha };
    const { items, cut } = await this.#all(route, query, PullRequestSchema, signal);
    return { items: items.map(toPullRequest), cut };
  }

  async file(
    at: { repository: string; path: string; ref: string },
    signal: AbortSignal,
  ): Promise<ForgeFile | undefined> {
    const route = 'GET /repos/{owner}/{repo}/contents/{path}';
    const query = { ...placeOf(at.repository), path: at.path, ref: at.ref };
    // A folder is a list.
    const schema = z.union([ContentSchema, z.array(z.unknown()).transform(() => undefined)]);
    const found = await orUndefined(this.#one(route, query, schema, signal));
    if (found === undefined || found.type !== 'file') return undefined;
    const text = found.encoding === 'base64' ? Buffer.from(found.content ?? '', 'base64').toString('utf8') : undefined;
    return text === undefined || text.includes('\0') ? { text: '', cut: true } : { text, cut: false };
  }

  async paths(at: { repository: string; ref: string }, signal: AbortSignal): Promise<Listed<string>> {
    const query = { ...placeOf(at.repository), tree_sha: at.ref, recursive: '1' };
    const { tree, truncated } = await this.#one(
      'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
      query,
      TreeSchema,
      signal,
    );
    return { items: tree.filter(({ type }) => type === 'blob').map(({ path }) => path), cut: truncated };
  }

  async issue(at: NumberedThing, signal: AbortSignal): Promise<ForgeIssue> {
    return toIssue(
      at.repository,
      await this.#one('GET /repos/{owner}/{repo}/issues/{issue_number}', issueAt(at), IssueSchema, signal),
    );
  }

  comments(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeComment>> {
    return this.#all('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', issueAt(at), CommentSchema, signal);
  }

  reviewComments(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeComment>> {
    return this.#all('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', pullAt(at), CommentSchema, signal);
  }

  async reviews(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeReview>> {
    const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews';
    const { items, cut } = await this.#all(route, pullAt(at), ReviewSchema, signal);
    return { items: items.map(toReview).filter((review) => review !== undefined), cut };
  }

  async checks(at: { repository: string; sha: string }, signal: AbortSignal): Promise<Listed<ForgeCheck>> {
    const query = { ...placeOf(at.repository), ref: at.sha };
    const runsAt = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
    const runs = await this.#all(runsAt, query, CheckRunSchema, signal, { at: 'check_runs' });
    const statusesAt = 'GET /repos/{owner}/{repo}/commits/{ref}/status';
    const statuses = await this.#all(statusesAt, query, StatusSchema, signal, { at: 'statuses' });
    return { items: [...runs.items, ...statuses.items], cut: runs.cut || statuses.cut };
  }

  async tip(at: { repository: string; branch: string }, signal: AbortSignal): Promise<string | undefined> {
    const query = { ...placeOf(at.repository), ref: `heads/${at.branch}` };
    return (await orUndefined(this.#one('GET /repos/{owner}/{repo}/git/ref/{ref}', query, RefSchema, signal)))?.object
      .sha;
  }

  async #one<T>(route: string, parameters: GitHubParameters, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    return decodeReply(schema, await this.#github.request(route, parameters, signal), route);
  }

  #all<T>(
    route: string,
    parameters: GitHubParameters,
    schema: z.ZodType<T>,
    signal: AbortSignal,
    { most = MOST, at }: { readonly most?: number; readonly at?: string } = {},
  ): Promise<Listed<T>> {
    return allPages(this.#github, { route, parameters, schema, most, ...(at !== undefined && { at }) }, signal);
  }
}

function pullAt({ repository, number }: NumberedThing) {
  return { ...placeOf(repository), pull_number: number };
}

function issueAt({ repository, number }: NumberedThing) {
  return { ...placeOf(repository), issue_number: number };
}

async function orUndefined<T>(asking: Promise<T>): Promise<T | undefined> {
  try {
    return await asking;
  } catch (error) {
    if (hasCode(error, 'github-not-found')) return undefined;
    throw error;
  }
}
