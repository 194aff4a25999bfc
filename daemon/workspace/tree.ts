import { constants, type Stats } from 'node:fs';
import { lstat, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../../protocols/errors.ts';
import { segmentsOf } from './safe-path.ts';

export interface TreeBounds {
  /** Of one file that is read or written. */
  readonly fileBytes: number;
}

/** Reads and writes files below one folder. A link anywhere on the way is refused, whoever made it. */
export class Tree {
  readonly #dir: string;
  readonly #repository: string;
  readonly #bounds: TreeBounds;

  constructor(options: { readonly dir: string; readonly repository: string; readonly bounds: TreeBounds }) {
    this.#dir = options.dir;
    this.#repository = options.repository;
    this.#bounds = options.bounds;
  }

  async read(path: string): Promise<string | undefined> {
    const { file, stats } = await this.#locate(path);
    if (stats === undefined || !stats.isFile()) return undefined;
    if (stats.size > this.#bounds.fileBytes) throw this.#full(path, stats.size);
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const text = (await handle.readFile()).toString('utf8');
      return text.includes('\0') ? undefined : text;
    } finally {
      await handle.close();
    }
  }

  async write(path: string, text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    if (bytes > this.#bounds.fileBytes) throw this.#full(path, bytes);
    const { file, stats } = await this.#locate(path);
    if (stats !== undefined && !stats.isFile())
      throw new MeshError('path-outside', { path, problem: 'it is a folder' });
    await mkdir(join(file, '..'), { recursive: true });
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
    const handle = await open(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o644);
    try {
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  }

  async remove(path: string): Promise<void> {
    const { file, stats } = await this.#locate(path);
    if (stats?.isDirectory() === true) throw new MeshError('path-outside', { path, problem: 'it is a folder' });
    await rm(file, { force: true });
  }

  async #locate(path: string): Promise<{ readonly file: string; readonly stats: Stats | undefined }> {
    const segments = segmentsOf(path);
    let file = this.#dir;
    let stats: Stats | undefined;
    for (const [index, segment] of segments.entries()) {
      file = join(file, segment);
      stats = await lstatOf(file);
      if (stats === undefined) return { file: join(this.#dir, ...segments), stats: undefined };
      if (stats.isSymbolicLink()) throw new MeshError('path-outside', { path, problem: 'a link stands in the way' });
      const isLast = index === segments.length - 1;
      if (!isLast && !stats.isDirectory())
        throw new MeshError('path-outside', { path, problem: 'a file stands in the way' });
    }
    return { file, stats };
  }

  #full(path: string, bytes: number): MeshError {
    const problem = `${path} has ${bytes} bytes, more than ${this.#bounds.fileBytes}`;
    return new MeshError('workspace-full', { repository: this.#repository, problem });
  }
}

async function lstatOf(file: string): Promise<Stats | undefined> {
  try {
    return await lstat(file);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined;
    throw error;
  }
}
