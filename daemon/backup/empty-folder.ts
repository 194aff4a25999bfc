import { mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { syncFolder } from './sync-folder.ts';

/** A data directory that is being filled. What is in it counts once it is kept. */
export interface EmptyFolder {
  /** Where to build what shall be called `name`. */
  part(name: string): string;
  /** Gives what was built its name, safe from a power cut. */
  keep(name: string): Promise<void>;
  /** Removes every part, and the directory if it was made here. */
  undo(): Promise<void>;
}

/** A new file system has it. */
const LOST_AND_FOUND = 'lost+found';
const FEW = 3;

/** @throws MeshError `data-dir-not-empty`, `data-dir-unusable` */
export async function emptyFolder(dir: string): Promise<EmptyFolder> {
  const found = await list(dir);
  const foreign = found?.filter((name) => name !== LOST_AND_FOUND) ?? [];
  if (foreign.length > 0) throw new MeshError('data-dir-not-empty', { dir, found: few(foreign) });
  await usable(dir, mkdir(dir, { recursive: true, mode: 0o700 }));
  const part = (name: string) => join(dir, `${name}.part`);
  const parts = new Set<string>();
  return {
    part: (name) => {
      parts.add(part(name));
      return part(name);
    },
    keep: async (name) => {
      await usable(dir, rename(part(name), join(dir, name)));
      await usable(dir, syncFolder(dir));
    },
    undo: async () => {
      for (const each of parts) await rm(each, { recursive: true, force: true });
      // It has something in it by now only if somebody else put it there.
      if (found === undefined) await rmdir(dir).catch(() => undefined);
    },
  };
}

/** Undefined where there is no such directory. */
async function list(dir: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw unusable(dir, error);
  }
}

function few(names: readonly string[]): string {
  const shown = names.slice(0, FEW).join(', ');
  return names.length > FEW ? `${shown} and ${names.length - FEW} more` : shown;
}

async function usable<T>(dir: string, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw unusable(dir, error);
  });
}

function unusable(dir: string, error: unknown): MeshError {
  return new MeshError('data-dir-unusable', { dir, problem: messageOf(error) }, { cause: error });
}
