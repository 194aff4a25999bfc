import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxPlaces } from './sandbox-args.ts';

const ROOTS = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];

/** How this machine is laid out. */
export async function placesOf(hidden: readonly string[]): Promise<SandboxPlaces> {
  const roots: { path: string; linksTo?: string }[] = [];
  for (const path of ROOTS) {
    const stats = await lstat(path).catch(() => undefined);
    if (stats?.isSymbolicLink() === true) roots.push({ path, linksTo: await readlink(path) });
    else if (stats?.isDirectory() === true) roots.push({ path });
  }
  const real = await Promise.all(hidden.map((path) => realpath(path).catch(() => path)));
  return { node: await realpath(process.execPath), roots, hidden: real };
}

/** Bytes that a copy takes in memory: files by whole pages, and a page for each name. */
export async function folderBytes(dir: string): Promise<number> {
  const PAGE = 4_096;
  let bytes = PAGE;
  for (const entry of await readdir(dir, { withFileTypes: true, recursive: true })) {
    const size = entry.isFile() ? (await stat(join(entry.parentPath, entry.name))).size : 0;
    bytes += PAGE + Math.ceil(size / PAGE) * PAGE;
  }
  return bytes;
}
