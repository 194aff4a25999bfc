/** A copy of a repository at one commit, for one piece of work. Nothing in it is trusted. */
export interface Workspaces {
  /**
   * Clones, or takes up the folder that the same `key` left.
   * @throws MeshError `git-failed`
   */
  open(of: WorkspaceOf, signal: AbortSignal): Promise<Workspace>;
}

export interface WorkspaceOf {
  /** Names the work: an effect key. */
  readonly key: string;
  readonly repository: string;
  /** Branch that is worked from. */
  readonly base: string;
}

export interface Workspace {
  /** Commit of the base that it began from. */
  readonly baseSha: string;
  /** Tracked files, `/` between folders. */
  files(): Promise<readonly string[]>;
  /** Undefined when there is no such text file. Never follows a link out of the folder. */
  read(path: string): Promise<string | undefined>;
  /** @throws MeshError `path-outside` for `..`, absolute paths, `.git`, and links that lead out */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Runs a command of the repository without network, with a home of its own and nothing of the node's environment. */
  run(command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult>;
  /** Unified diff against the base. */
  diff(): Promise<string>;
  /**
   * Commits everything, the same content always as the same sha, and pushes it to `branch` if it stands at `expected` (absent: if it does not exist).
   * @throws MeshError `git-conflict` when it stands elsewhere, `git-failed`
   */
  push(commit: CommitSpec, signal: AbortSignal): Promise<{ readonly sha: string }>;
  /** Removes the folder. */
  close(): Promise<void>;
}

export interface SandboxCommand {
  readonly argv: readonly string[];
  readonly timeoutMs: number;
  /** Bytes kept of the output's end. */
  readonly keepBytes?: number;
}

export interface SandboxResult {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  /** Standard output and error as they came, the end of it. */
  readonly output: string;
}

export interface CommitSpec {
  readonly branch: string;
  /** Sha the remote branch must stand at. */
  readonly expected?: string;
  readonly message: string;
  readonly author: { readonly name: string; readonly email: string };
  /** Wall-clock milliseconds; fixed, so that a repeat makes the same commit. */
  readonly at: number;
}
