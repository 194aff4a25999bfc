import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MeshError, messageOf } from '../../protocols/errors.ts';

/**
 * Writes a node's key where there is none; the same key may be there already.
 * @throws MeshError `file-exists` for another one, `file-unusable`
 */
export async function writeKey(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (isThere && Buffer.compare(await readFile(file), bytes) === 0) return;
    if (isThere) throw new MeshError('file-exists', { file }, { cause: error });
    throw new MeshError('file-unusable', { file, problem: messageOf(error) }, { cause: error });
  }
}
