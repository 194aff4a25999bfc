/**
 * What a general may read of the place where code, issues and pull requests live. Everything written there is an effect
 * (roles/ports/effects.ts). Every text is untrusted. Methods throw `MeshError` `github-*`.
 */
export interface Forge {
  pullRequest(at: NumberedThing, signal: AbortSignal): Promise<ForgePullRequest>;
  /** All changed files, page by page; `patch` is absent where the forge leaves it out (binary, too large). */
  changedFiles(at: NumberedThing, signal: AbortSignal): Promise<readonly ChangedFile[]>;
  /** Undefined when there is none of that path at that ref. */
  file(at: { repository: string; path: string; ref: string }, signal: AbortSignal): Promise<string | undefined>;
  /** Paths of the tree at a ref; `cut` when the forge did not list all. */
  paths(
    at: { repository: string; ref: string },
    signal: AbortSignal,
  ): Promise<{ paths: readonly string[]; cut: boolean }>;
  issue(at: NumberedThing, signal: AbortSignal): Promise<ForgeIssue>;
  /** Oldest first. */
  comments(at: NumberedThing, signal: AbortSignal): Promise<readonly ForgeComment[]>;
  /** Check runs and commit statuses of a commit, as one list. */
  checks(at: { repository: string; sha: string }, signal: AbortSignal): Promise<readonly ForgeCheck[]>;
  /** Sha of a branch's tip; undefined when there is no such branch. */
  tip(at: { repository: string; branch: string }, signal: AbortSignal): Promise<string | undefined>;
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
  readonly labels: readonly string[];
  readonly base: { readonly ref: string; readonly sha: string };
  readonly head: { readonly ref: string; readonly sha: string };
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
  readonly labels: readonly string[];
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

export interface ForgeCheck {
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  /** `success`, `failure`, …; absent until it is completed. */
  readonly conclusion?: string;
  readonly summary?: string;
  readonly url?: string;
}
