/**
 * What a general may read of the place where code, issues and pull requests live. Everything written there is an effect
 * (roles/ports/effects.ts). Every text is untrusted. Methods throw `MeshError` `github-*`.
 */
export interface Forge {
  pullRequest(at: NumberedThing, signal: AbortSignal): Promise<ForgePullRequest>;
  /** `patch` is absent where the forge leaves it out (binary, too large). */
  changedFiles(at: NumberedThing, signal: AbortSignal): Promise<Listed<ChangedFile>>;
  /** Commits of a pull request, oldest first. */
  commits(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeCommit>>;
  /** What `head` has and `base` has not: commits oldest first, and the files that differ. */
  compare(
    at: { repository: string; base: string; head: string },
    signal: AbortSignal,
  ): Promise<{ commits: Listed<ForgeCommit>; files: Listed<ChangedFile> }>;
  /** Pull requests that brought a commit to where it is. */
  pullRequestsOf(at: { repository: string; sha: string }, signal: AbortSignal): Promise<Listed<ForgePullRequest>>;
  /** Undefined when there is none of that path at that ref. */
  file(at: { repository: string; path: string; ref: string }, signal: AbortSignal): Promise<ForgeFile | undefined>;
  /** Paths of all files at a ref. */
  paths(at: { repository: string; ref: string }, signal: AbortSignal): Promise<Listed<string>>;
  issue(at: NumberedThing, signal: AbortSignal): Promise<ForgeIssue>;
  /** Below the issue or pull request, oldest first. */
  comments(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeComment>>;
  /** On lines of a pull request, oldest first. */
  reviewComments(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeComment>>;
  /** Oldest first; none that is not submitted. */
  reviews(at: NumberedThing, signal: AbortSignal): Promise<Listed<ForgeReview>>;
  /** Check runs and commit statuses of a commit, as one list: the latest of each name. */
  checks(at: { repository: string; sha: string }, signal: AbortSignal): Promise<Listed<ForgeCheck>>;
  /** Sha of a branch's tip; undefined when there is no such branch. */
  tip(at: { repository: string; branch: string }, signal: AbortSignal): Promise<string | undefined>;
}

/** What a forge listed, page by page. `cut`: there is more than it lists or the adapter takes. */
export interface Listed<T> {
  readonly items: readonly T[];
  readonly cut: boolean;
}

/** An issue or a pull request. */
export interface NumberedThing {
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
}

export interface ForgePullRequest extends NumberedThing {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly draft: boolean;
  readonly merged: boolean;
  readonly author: string;
  /** `OWNER`, `MEMBER`, … as the forge says it of the author. */
  readonly association: string;
  readonly labels: readonly string[];
  readonly base: { readonly ref: string; readonly sha: string };
  /** `repository`: whose branch it is, `owner/name`; absent where that was deleted. */
  readonly head: { readonly ref: string; readonly sha: string; readonly repository?: string };
  /** Sha of the commit on the base branch, once it is merged. */
  readonly mergeSha?: string;
  readonly url: string;
}

export interface ForgeCommit {
  readonly sha: string;
  readonly message: string;
  readonly author: string;
}

/** `cut`: it is not all there, because it is larger than a megabyte or no text: then `text` is empty. */
export interface ForgeFile {
  readonly text: string;
  readonly cut: boolean;
}

export interface ChangedFile {
  readonly path: string;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'other';
  readonly additions: number;
  readonly deletions: number;
  /** Unified diff without file headers. */
  readonly patch?: string;
  readonly previousPath?: string;
}

export interface ForgeIssue extends NumberedThing {
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly author: string;
  /** `OWNER`, `MEMBER`, … as the forge says it of the author. */
  readonly association: string;
  readonly labels: readonly string[];
  readonly url: string;
  /** It is a pull request, of which every forge keeps an issue. */
  readonly isPullRequest: boolean;
}

export interface ForgeComment {
  readonly id: string;
  readonly author: string;
  /** `OWNER`, `MEMBER`, … as the forge says it. */
  readonly association: string;
  readonly isBot: boolean;
  readonly body: string;
  /** RFC 3339. */
  readonly createdAt: string;
  /** A review comment's place. */
  readonly path?: string;
  readonly line?: number;
}

export interface ForgeReview {
  readonly id: string;
  readonly author: string;
  readonly association: string;
  readonly isBot: boolean;
  readonly state: 'approved' | 'changes-requested' | 'commented' | 'dismissed';
  readonly body: string;
  /** The commit it was about. */
  readonly sha: string;
}

export interface ForgeCheck {
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  /** `success`, `failure`, …; absent until it is completed. */
  readonly conclusion?: string;
  readonly summary?: string;
  readonly url?: string;
}
