import { readFile, stat } from 'node:fs/promises';

/** What loading needs of the file system. */
export interface Files {
  /** Undefined when there is no such file. Other faults are thrown. */
  read(path: string): Promise<string | undefined>;
  /** Of the file itself, links followed. */
  owner(path: string): Promise<{ readonly mode: number; readonly gid: number }>;
  /** Groups of this process; undefined where files have none (Windows). */
  groups(): readonly number[] | undefined;
}

export const FILES: Files = {
  read: async (path) => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  },
  owner: async (path) => {
    const { mode, gid } = await stat(path);
    return { mode, gid };
  },
  groups: () => {
    if (process.getgroups === undefined || process.getegid === undefined) return undefined;
    return [process.getegid(), ...process.getgroups()];
  },
};

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
