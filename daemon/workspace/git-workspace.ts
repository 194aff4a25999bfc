import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../protocols/errors.ts';
import type { BaseFile, CommitSpec, SandboxCommand, SandboxResult, Workspace } from '../../roles/ports/workspace.ts';
import type { Git, GitCredential } from './git.ts';
import { branchRef, checkedSha } from './refs.ts';
import type { Sandbox } from './sandbox.ts';
import { Tree } from './tree.ts';
import type { WorkspaceBounds } from './workspace-bounds.ts';

export interface GitWorkspaceOptions {
  readonly dir: string;
  readonly url: string;
  readonly repository: string;
  readonly baseSha: string;
  readonly bounds: WorkspaceBounds;
}

export interface GitWorkspaceParts {
  readonly git: Git;
  readonly sandbox: Sandbox;
  credential(signal: AbortSignal): Promise<GitCredential | undefined>;
}

export class GitWorkspace implements Workspace {
  readonly baseSha: string;
  readonly #options: GitWorkspaceOptions;
  readonly #parts: GitWorkspaceParts;
  readonly #tree: Tree;

  constructor(options: GitWorkspaceOptions, parts: GitWorkspaceParts) {
    this.baseSha = options.baseSha;
    this.#options = options;
    this.#parts = parts;
    this.#tree = new Tree({ dir: join(options.dir, 'tree'), repository: options.repository, bounds: options.bounds });
  }

  async files(): Promise<readonly string[]> {
    const list = (...which: string[]) => this.#names('ls-files', '-z', ...which);
    const gone = new Set(await list('--deleted'));
    return (await list('--cached', '--others', '--exclude-standard')).filter((path) => !gone.has(path)).sort();
  }

  async baseFiles(): Promise<readonly BaseFile[]> {
    const tree = await this.#names('ls-tree', '-r', '-l', '-z', this.baseSha);
    return tree.flatMap((line) => {
      const [, mode, hash, bytes, path] = /^100(\d+) blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line) ?? [];
      if (hash === undefined || path === undefined) return [];
      const executable = mode === '755';
      return [
        { path, hash, executable, bytes: Number(bytes), read: () => this.#parts.git.run(['cat-file', 'blob', hash]) },
      ];
    });
  }

  read(path: string): Promise<string | undefined> {
    return this.#tree.read(path);
  }

  write(path: string, text: string): Promise<void> {
    return this.#tree.write(path, text);
  }

  remove(path: string): Promise<void> {
    return this.#tree.remove(path);
  }

  async reset(): Promise<void> {
    await this.#parts.git.run(['read-tree', '--reset', '-u', this.baseSha]);
    await this.#parts.git.run(['clean', '-f', '-f', '-d', '-x', '--quiet']);
  }

  run(command: SandboxCommand, signal: AbortSignal): Promise<SandboxResult> {
    return this.#parts.sandbox.run(join(this.#options.dir, 'tree'), command, signal);
  }

  async diff(): Promise<string> {
    await this.#parts.git.run(['add', '--all']);
    return this.#parts.git.run(['diff', '--cached', '--no-ext-diff', '--no-textconv', '--no-color', this.baseSha]);
  }

  async push(commit: CommitSpec, signal: AbortSignal): Promise<{ readonly sha: string }> {
    const ref = branchRef(commit.branch);
    const expected = commit.expected === undefined ? '' : checkedSha(commit.expected);
    const sha = await this.#commit(commit, signal);
    if ((await this.#tip(ref, signal)) === sha) return { sha };
    const credential = await this.#parts.credential(signal);
    const lease = [
      `--force-with-lease=${ref}:${expected}`,
      '--no-recurse-submodules',
      this.#options.url,
      `${sha}:${ref}`,
    ];
    const { code, problem } = await this.#parts.git.attempt(['push', '--quiet', ...lease], { credential, signal });
    if (code === 0) return { sha };
    // Refused, or the answer was lost on its way back: where the branch stands says which.
    const tip = await this.#tip(ref, signal);
    if (tip === sha) return { sha };
    if ((tip ?? '') === expected) throw new MeshError('git-failed', { what: 'push', problem });
    throw new MeshError('git-conflict', { branch: commit.branch, expected: expected || 'nothing' });
  }

  async close(): Promise<void> {
    await rm(this.#options.dir, { recursive: true, force: true });
  }

  /** Nothing of it depends on when, where or by whom it is made: the same content is the same commit. */
  async #commit({ message, author, at }: CommitSpec, signal: AbortSignal): Promise<string> {
    const { git } = this.#parts;
    await git.run(['add', '--all'], { signal });
    const tree = (await git.run(['write-tree'], { signal })).trim();
    if (tree === (await git.run(['rev-parse', `${this.baseSha}^{tree}`], { signal })).trim()) {
      throw new MeshError('git-failed', { what: 'commit', problem: 'nothing differs from the base' });
    }
    const date = `${Math.floor(at / 1_000)} +0000`;
    const env = {
      ...{ GIT_AUTHOR_NAME: author.name, GIT_AUTHOR_EMAIL: author.email, GIT_AUTHOR_DATE: date },
      ...{ GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email, GIT_COMMITTER_DATE: date },
    };
    return (
      await git.run(['commit-tree', tree, '-p', this.baseSha], { env, input: `${message.trim()}\n`, signal })
    ).trim();
  }

  async #tip(ref: string, signal: AbortSignal): Promise<string | undefined> {
    const credential = await this.#parts.credential(signal);
    const listed = await this.#parts.git.run(['ls-remote', '--refs', this.#options.url, ref], { credential, signal });
    return listed
      .split('\n')
      .find((line) => line.endsWith(`\t${ref}`))
      ?.split('\t')[0];
  }

  async #names(...args: readonly [string, ...string[]]): Promise<string[]> {
    return (await this.#parts.git.run(args)).split('\0').filter((name) => name !== '');
  }
}
