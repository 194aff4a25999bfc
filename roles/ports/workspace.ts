import type { IndexedFile } from './retrieval.ts';

/** A copy of a repository at one commit, for one piece of work. Nothing in it is trusted. */
export interface Workspaces {
  /**
   * Clones, or takes up the folder that the same `key` left.
   * @throws MeshError `git-failed`, `workspace-full`
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
  /** Files that are there now and that a commit would hold, `/` between folders. */
  files(): Promise<readonly string[]>;
  /** Files of the base, for an index: whatever was written since is not in it. */
  baseFiles(): Promise<readonly BaseFile[]>;
  /** Undefined when there is no such text file. Follows no links. @throws MeshError `path-outside`, `workspace-full` when it is too long */
  read(path: string): Promise<string | undefined>;
  /** @throws MeshError `path-outside` for `..`, absolute paths, `.git` and links, `workspace-full` */
  write(path: string, text: string): Promise<void>;
  /** What is not there is removed. @throws MeshError `path-outside` */
  remove(path: string): Promise<void>;
  /** Makes the folder what the base is: whatever was written, by whomever, is gone. */
  reset(): Promise<void>;
  /**
   * Runs a command on a copy of the folder, without network, with a home of its own and nothing of the node's environment. What it
   * writes is gone afterwards. It runs code of the repository: whoever calls has made sure that no stranger wrote it (T6).
   * @throws MeshError `sandbox-missing`
   */
  run(command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult>;
  /** Unified diff against the base. */
  diff(): Promise<string>;
  /**
   * Commits everything, the same content always as the same sha, and pushes it to `branch` if it stands at `expected` (absent: if it does not exist).
   * A branch that stands at that commit already is left as it is.
   * @throws MeshError `git-conflict` when it stands elsewhere, `git-failed`
   */
  push(commit: CommitSpec, signal: AbortSignal): Promise<{ readonly sha: string }>;
  /** Removes the folder. */
  close(): Promise<void>;
}

export interface BaseFile extends IndexedFile {
  readonly executable: boolean;
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
  /** It was ended because it took more of that than it may. */
  readonly over?: 'memory' | 'processes';
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
