import * as z from 'zod';
import type { CommitBody, CommittedFile } from '../../protocols/effect-bodies.ts';
import { hasCode } from '../../protocols/errors.ts';
import type { GitHub, GitHubParameters } from './client.ts';
import { decodeReply } from './reply.ts';

/** One entry of a tree as it is sent: with a text, with the sha of what is there, or with null where it goes. */
export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly content?: string;
  readonly sha?: string | null;
}

interface Place {
  readonly owner: string;
  readonly repo: string;
}

const ShaSchema = z.object({ sha: z.string() });
const CommitSchema = z.object({ sha: z.string(), tree: ShaSchema, parents: z.array(ShaSchema) });
const RefSchema = z.object({ object: ShaSchema });
const TreeSchema = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});

/**
 * Git's own objects over REST. They are named by what they hold: whoever writes the same again gets the same sha.
 * https://docs.github.com/rest/git
 */
export class GitData {
  readonly #github: GitHub;
  readonly #place: Place;
  readonly #signal: AbortSignal;

  constructor(options: { readonly place: Place; readonly signal: AbortSignal }, parts: { readonly github: GitHub }) {
    this.#github = parts.github;
    this.#place = options.place;
    this.#signal = options.signal;
  }

  commit(sha: string): Promise<z.infer<typeof CommitSchema>> {
    return this.#ask('GET /repos/{owner}/{repo}/git/commits/{commit_sha}', { commit_sha: sha }, CommitSchema);
  }

  /** Path → entry of every file; undefined where GitHub does not list all. */
  async files(tree: string): Promise<ReadonlyMap<string, TreeEntry & { readonly sha: string }> | undefined> {
    const query = { tree_sha: tree, recursive: '1' };
    const found = await this.#ask('GET /repos/{owner}/{repo}/git/trees/{tree_sha}', query, TreeSchema);
    if (found.truncated) return undefined;
    return new Map(found.tree.filter(({ type }) => type !== 'tree').map((entry) => [entry.path, entry]));
  }

  /** @returns sha of the new commit */
  async write(
    { parent, message, author: { name, email }, at }: Omit<CommitBody, 'files'>,
    entries: readonly TreeEntry[],
  ): Promise<string> {
    const { tree: base } = await this.commit(parent);
    const tree = await this.#ask(
      'POST /repos/{owner}/{repo}/git/trees',
      { base_tree: base.sha, tree: entries },
      ShaSchema,
    );
    // Both dates, or it would be another commit each time.
    const author = { name, email, date: new Date(at).toISOString() };
    const commit = { message, tree: tree.sha, parents: [parent], author, committer: author };
    return (await this.#ask('POST /repos/{owner}/{repo}/git/commits', commit, ShaSchema)).sha;
  }

  /** Sha of a branch's tip; undefined when there is none. */
  async tip(branch: string): Promise<string | undefined> {
    try {
      const ref = { ref: `heads/${branch}` };
      return (await this.#ask('GET /repos/{owner}/{repo}/git/ref/{ref}', ref, RefSchema)).object.sha;
    } catch (error) {
      if (hasCode(error, 'github-not-found')) return undefined;
      throw error;
    }
  }

  async makeBranch(branch: string, sha: string): Promise<void> {
    await this.#ask('POST /repos/{owner}/{repo}/git/refs', { ref: `refs/heads/${branch}`, sha }, RefSchema);
  }

  /** Only forwards: GitHub refuses a tip that does not come after the one that is there. */
  async moveBranch(branch: string, sha: string): Promise<void> {
    const ref = { ref: `heads/${branch}`, sha, force: false };
    await this.#ask('PATCH /repos/{owner}/{repo}/git/refs/{ref}', ref, RefSchema);
  }

  async #ask<T>(route: string, parameters: GitHubParameters, schema: z.ZodType<T>): Promise<T> {
    return decodeReply(
      schema,
      await this.#github.request(route, { ...this.#place, ...parameters }, this.#signal),
      route,
    );
  }
}

export function entryOf({ path, text, executable = false }: CommittedFile): TreeEntry {
  const entry = { path, mode: executable ? '100755' : '100644', type: 'blob' };
  return text === null ? { ...entry, sha: null } : { ...entry, content: text };
}
