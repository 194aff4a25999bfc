import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { IndexedFile } from '../../roles/ports/retrieval.ts';
import { BlobReader } from './blob-reader.ts';

const execute = promisify(execFile);
const MOST_BYTES = 512 * 2 ** 20;

export interface Commit {
  readonly sha: string;
  readonly subject: string;
  /** Files that were there before and that it changed or took away; a renamed one by its old name. */
  readonly changed: readonly string[];
}

/** Reads a repository by git, without a work tree. */
export class GitHistory {
  readonly #dir: string;
  readonly #newest: string;
  readonly #blobs: BlobReader;

  /** @param newest commit that counts as the newest */
  constructor(dir: string, newest: string) {
    this.#dir = dir;
    this.#newest = newest;
    this.#blobs = new BlobReader(dir);
  }

  close(): void {
    this.#blobs.close();
  }

  /** Of the first parents from the newest, without merges; the oldest first. Only those whose parent is here. */
  async commits(most: number): Promise<readonly Commit[]> {
    const format = [
      '--no-merges',
      '--first-parent',
      `-n${most}`,
      '--format=%x01%H%x09%P%x09%s',
      '--name-status',
      '--no-renames',
      '-z',
    ];
    const log = await this.#git('log', ...format, this.#newest, '--');
    return log
      .split('\x01')
      .slice(1)
      .map(commitOf)
      .filter((commit) => commit !== undefined)
      .reverse();
  }

  async files(commit = this.#newest): Promise<readonly IndexedFile[]> {
    const tree = await this.#git('ls-tree', '-r', '-l', '-z', commit);
    return tree.split('\0').flatMap((line) => this.#fileOf(line) ?? []);
  }

  #fileOf(line: string): IndexedFile | undefined {
    const [, hash, size, path] = /^100\d+ blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line) ?? [];
    if (hash === undefined || path === undefined) return undefined;
    return { path, hash, bytes: Number(size), read: () => this.#blobs.read(hash) };
  }

  async #git(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute('git', ['-C', this.#dir, ...args], { maxBuffer: MOST_BYTES });
    return stdout;
  }
}

function commitOf(text: string): Commit | undefined {
  const [head = '', ...names] = text.split('\0');
  const [sha = '', parents = '', subject = ''] = head.split('\t');
  if (parents === '') return undefined;
  // After the head: status, path, status, path, …; the first status follows a line break.
  const changed = names.filter((_, index) => index % 2 === 1 && /^[MDT]$/.test((names[index - 1] ?? '').trim()));
  return { sha, subject: subject.trim(), changed };
}
