import { join } from 'node:path';
import { type GitOptions, git } from './git.ts';

/** Path → text; null deletes. */
export type Files = Readonly<Record<string, string | null>>;

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** A ref that moved; 40 zeros where it is not. */
export interface Moved {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

export const NO_SHA = '0'.repeat(40);
const DEFAULT_BRANCH = 'main';

/** The one home of a repository's git data: whatever the stand-in says of commits, refs and files is read here. */
export class BareRepository {
  /** `owner/name`. */
  readonly name: string;
  readonly dir: string;
  readonly defaultBranch = DEFAULT_BRANCH;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root: string, name: string) {
    this.name = name;
    this.dir = join(root, `${name}.git`);
  }

  async create(files: Files, person: Person): Promise<void> {
    await git(this.dir, ['init', '--quiet', '--bare', `--initial-branch=${DEFAULT_BRANCH}`, this.dir]);
    await this.git(['config', 'http.receivepack', 'true']);
    await this.commit({ branch: DEFAULT_BRANCH, files, message: 'Initial commit', person });
  }

  git(args: readonly string[], options?: GitOptions): Promise<Buffer> {
    return git(this.dir, args, options);
  }

  async text(args: readonly string[], options?: GitOptions): Promise<string> {
    return (await this.git(args, options)).toString().trim();
  }

  /** One after the other: whoever reads refs, decides and writes them. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** Full name → sha. */
  async refs(): Promise<Map<string, string>> {
    const lines = (await this.text(['for-each-ref', '--format=%(refname) %(objectname)'])).split('\n');
    return new Map(lines.filter((line) => line !== '').map((line) => [line.slice(0, -41), line.slice(-40)]));
  }

  /** Sha of the commit that a branch, tag or (short) sha names. */
  async commitOf(name: string): Promise<string | undefined> {
    for (const rev of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
      const sha = await this.text(['rev-parse', '--verify', '--quiet', '--end-of-options', `${rev}^{commit}`]).catch(
        () => undefined,
      );
      if (sha !== undefined) return sha;
    }
    return undefined;
  }

  async tip(branch: string): Promise<string | undefined> {
    return (await this.refs()).get(`refs/heads/${branch}`);
  }

  /** Bytes of a file; undefined where there is none. */
  async show(ref: string, path: string): Promise<Buffer | undefined> {
    return this.git(['cat-file', 'blob', `${ref}:${path}`]).catch(() => undefined);
  }

  async textOf(ref: string, path: string): Promise<string | undefined> {
    return (await this.show(ref, path))?.toString();
  }

  async type(object: string): Promise<string | undefined> {
    return this.text(['cat-file', '-t', object]).catch(() => undefined);
  }

  async mergeBase(a: string, b: string): Promise<string | undefined> {
    return this.text(['merge-base', a, b]).catch(() => undefined);
  }

  /** Commits of `head` that `base` lacks, the oldest first. */
  async commitsBetween(base: string, head: string): Promise<string[]> {
    const text = await this.text(['rev-list', '--reverse', '--topo-order', head, `^${base}`]);
    return text === '' ? [] : text.split('\n');
  }

  async isAncestor(old: string, young: string): Promise<boolean> {
    return this.git(['merge-base', '--is-ancestor', old, young]).then(
      () => true,
      () => false,
    );
  }

  /** With the old sha that is expected; false where it is another. */
  async moveRef(ref: string, after: string, before: string): Promise<boolean> {
    return this.git(['update-ref', ref, after, before]).then(
      () => true,
      () => false,
    );
  }

  /** One commit on top of a branch, which is made from `from` (default: the default branch) where it is new. */
  async commit(of: {
    branch: string;
    files: Files;
    message: string;
    person: Person;
    from?: string;
    at?: number;
  }): Promise<string> {
    const { branch, files, message, person, from = DEFAULT_BRANCH, at = Date.now() } = of;
    const parent = (await this.tip(branch)) ?? (await this.commitOf(from));
    const who = `${person.name} <${person.email}> ${Math.floor(at / 1000)} +0000`;
    const parts = [`commit refs/heads/${branch}\n`, `author ${who}\ncommitter ${who}\n`, data(message)];
    if (parent !== undefined) parts.push(`from ${parent}\n`);
    for (const [path, text] of Object.entries(files)) {
      parts.push(text === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(text)}`);
    }
    await this.git(['fast-import', '--quiet', '--date-format=raw'], { input: parts.join('') });
    return this.text(['rev-parse', `refs/heads/${branch}`]);
  }
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
