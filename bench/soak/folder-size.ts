import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of all files below a folder. A file that goes away meanwhile counts nothing. */
export async function folderBytes(dir: string): Promise<number> {
  const names = await readdir(dir, { recursive: true });
  const sizes = names.map((name) => stat(join(dir, name)).catch(() => undefined));
  const files = (await Promise.all(sizes)).filter((file) => file?.isFile());
  return files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
}
