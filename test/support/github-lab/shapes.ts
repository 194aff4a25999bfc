import type { Octokit } from '@octokit/core';

// GitHub's own description of its answers, by the types of its client: what a gap answers with is checked against it when it is compiled.
const at = { owner: '', repo: '' };
const asked = (octokit: Octokit) => ({
  files: () => octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', { ...at, pull_number: 0 }),
  ref: () => octokit.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...at, ref: '' }),
  commit: () => octokit.request('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { ...at, commit_sha: '' }),
  tree: () => octokit.request('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { ...at, tree_sha: '' }),
  blob: () => octokit.request('GET /repos/{owner}/{repo}/git/blobs/{file_sha}', { ...at, file_sha: '' }),
  status: () => octokit.request('POST /repos/{owner}/{repo}/statuses/{sha}', { ...at, sha: '', state: 'success' }),
  combined: () => octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/status', { ...at, ref: '' }),
  compare: () => octokit.request('GET /repos/{owner}/{repo}/compare/{basehead}', { ...at, basehead: '' }),
  review: () => octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews', { ...at, pull_number: 0 }),
  comment: () => octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/comments', { ...at, pull_number: 0 }),
  deployment: () => octokit.request('GET /repos/{owner}/{repo}/deployments', at),
});
type Asked = ReturnType<typeof asked>;
type Data<K extends keyof Asked> = Awaited<ReturnType<Asked[K]>>['data'];

export type DiffEntry = Data<'files'>[number];
export type RefShape = Omit<Data<'ref'>, 'node_id'>;
export type CommitShape = Pick<
  Data<'commit'>,
  'sha' | 'url' | 'html_url' | 'author' | 'committer' | 'tree' | 'message' | 'parents'
>;
export type TreeShape = Data<'tree'>;
export type BlobShape = Omit<Data<'blob'>, 'node_id'>;
export type StatusShape = Pick<
  Data<'status'>,
  'id' | 'url' | 'state' | 'description' | 'target_url' | 'context' | 'created_at' | 'updated_at'
>;
export type CombinedShape = Pick<Data<'combined'>, 'state' | 'sha' | 'total_count'>;
export type CompareShape = Pick<Data<'compare'>, 'status' | 'ahead_by' | 'behind_by' | 'total_commits' | 'files'>;
type Review = Data<'review'>[number];
/** A pending one has no date yet. */
export type ReviewShape = Pick<
  Review,
  | 'id'
  | 'node_id'
  | 'body'
  | 'state'
  | 'html_url'
  | 'commit_id'
  | 'author_association'
  | 'submitted_at'
  | 'pull_request_url'
>;
type Comment = Data<'comment'>[number];
export type ReviewCommentShape = Pick<
  Comment,
  | ('id' | 'node_id' | 'body' | 'path' | 'commit_id' | 'created_at' | 'updated_at' | 'html_url' | 'pull_request_url')
  | ('pull_request_review_id' | 'line' | 'side' | 'author_association' | 'diff_hunk' | 'in_reply_to_id')
>;
export type DeploymentShape = Pick<
  Data<'deployment'>[number],
  'id' | 'sha' | 'ref' | 'task' | 'environment' | 'description' | 'created_at' | 'url'
>;
