import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskRoom } from '../../roles/ports/room.ts';

/** @param dir of the store; it exists */
export function roomOf(dir: string): DiskRoom {
  return {
    read: async () => {
      const { bavail, blocks, bsize } = await statfs(dir);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
    storeBytes: async () => {
      const names = await readdir(dir);
      return (await Promise.all(names.map((name) => sizeOf(join(dir, name))))).reduce((sum, size) => sum + size, 0);
    },
  };
}

/** LevelDB removes files while they are counted: what has gone takes nothing. */
async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
