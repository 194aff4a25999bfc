import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import type { WorkspaceOf, Workspaces } from '../../roles/ports/workspace.ts';
import { Git, type GitCredential } from './git.ts';
import { GitWorkspace } from './git-workspace.ts';
import { branchRef, checkedRepository } from './refs.ts';
import type { Sandbox } from './sandbox.ts';
import { DEFAULT_WORKSPACE_BOUNDS, type WorkspaceBounds } from './workspace-bounds.ts';

export interface WorkspacesOptions {
  /** Folder for all of them; only this user may read it. */
  readonly dir: string;
  /** Where the forge serves git, e.g. `https://github.com`. */
  readonly baseUrl: string;
  readonly bounds?: Partial<WorkspaceBounds>;
}

export interface WorkspacesParts {
  readonly sandbox: Sandbox;
  /** Asked before each command that goes out, so that what it gives may be short-lived. Undefined: without any. */
  credentials(
    repository: string,
    signal: AbortSignal,
  ): Promise<Pick<GitCredential, 'username' | 'password'> | undefined>;
}

const StateSchema = z.object({ repository: z.string(), base: z.string(), baseSha: z.string() });
const BASE_REF = 'refs/mindmesh/base';

/** Shallow clones below one folder: `<digest of the key>/{tree,git,state.json}`. The files of a repository never lie beside its `.git`. */
export class GitWorkspaces implements Workspaces {
  readonly #options: WorkspacesOptions;
  readonly #bounds: WorkspaceBounds;
  readonly #parts: WorkspacesParts;

  constructor(options: WorkspacesOptions, parts: WorkspacesParts) {
    this.#options = options;
    this.#bounds = { ...DEFAULT_WORKSPACE_BOUNDS, ...options.bounds };
    this.#parts = parts;
  }

  async open(of: WorkspaceOf, signal: AbortSignal): Promise<GitWorkspace> {
    const url = `${this.#options.baseUrl.replace(/\/$/, '')}/${checkedRepository(of.repository)}.git`;
    const ref = branchRef(of.base);
    const dir = join(this.#options.dir, createHash('sha256').update(of.key).digest('hex').slice(0, 32));
    const known = await stateIn(dir);
    const git = await this.#git(dir);
    const isKnown = known?.repository === of.repository && known.base === of.base;
    const baseSha = isKnown ? known.baseSha : await this.#clone({ of, url, ref, dir, git }, signal);
    const credential = (at: AbortSignal) => this.#credential(of.repository, url, at);
    const { sandbox } = this.#parts;
    return new GitWorkspace(
      { dir, url, baseSha, repository: of.repository, bounds: this.#bounds },
      { git, sandbox, credential },
    );
  }

  async #git(dir: string): Promise<Git> {
    const home = join(dir, 'home');
    for (const each of [this.#options.dir, dir, home, join(dir, 'tree')])
      await mkdir(each, { recursive: true, mode: 0o700 });
    const protocol = this.#options.baseUrl.startsWith('http://') ? 'http' : 'https';
    return new Git({ home, gitDir: join(dir, 'git'), workTree: join(dir, 'tree'), protocol });
  }

  async #clone({ of, url, ref, dir, git }: Cloning, signal: AbortSignal): Promise<string> {
    // Half a clone of a process that was killed, or another base.
    for (const part of ['state.json', 'git', 'tree']) await rm(join(dir, part), { recursive: true, force: true });
    await mkdir(join(dir, 'tree'), { mode: 0o700 });
    await git.run(['init', '--quiet'], { signal });
    const credential = await this.#credential(of.repository, url, signal);
    const fetch = ['--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', url, `+${ref}:${BASE_REF}`];
    await git.run(['fetch', ...fetch], { credential, signal });
    const baseSha = (await git.run(['rev-parse', `${BASE_REF}^{commit}`], { signal })).trim();
    await this.#refuseTooLarge(of.repository, await git.run(['ls-tree', '-r', '-l', '-z', baseSha], { signal }));
    await git.run(['read-tree', '--reset', '-u', baseSha], { signal });
    const state = join(dir, 'state.json');
    await writeFile(`${state}.new`, JSON.stringify({ repository: of.repository, base: of.base, baseSha }));
    await rename(`${state}.new`, state);
    return baseSha;
  }

  async #refuseTooLarge(repository: string, tree: string): Promise<void> {
    const sizes = tree.split('\0').map((line) => Number(/ (\d+)\t/.exec(line)?.[1] ?? 0));
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    const { files, treeBytes } = this.#bounds;
    if (sizes.length - 1 <= files && bytes <= treeBytes) return;
    const problem = `${sizes.length - 1} files of ${bytes} bytes, more than ${files} or ${treeBytes}`;
    throw new MeshError('workspace-full', { repository, problem });
  }

  async #credential(repository: string, url: string, signal: AbortSignal): Promise<GitCredential | undefined> {
    const login = await this.#parts.credentials(repository, signal);
    return login === undefined ? undefined : { ...login, url };
  }
}

interface Cloning {
  readonly of: WorkspaceOf;
  readonly url: string;
  readonly ref: string;
  readonly dir: string;
  readonly git: Git;
}

async function stateIn(dir: string): Promise<z.infer<typeof StateSchema> | undefined> {
  try {
    return StateSchema.safeParse(JSON.parse(await readFile(join(dir, 'state.json'), 'utf8'))).data;
  } catch {
    // None, or one that cannot be read: it is cloned anew.
    return undefined;
  }
}
