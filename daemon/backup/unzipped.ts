import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { MeshError, messageOf } from '../../protocols/errors.ts';

/**
 * What is in a gzip file, or in standard input for `-`.
 * @throws MeshError `file-unusable`, and `backup-damaged` where it is cut or no gzip file
 */
export async function* unzipped(file: string): AsyncGenerator<Uint8Array> {
  const source = file === '-' ? process.stdin : createReadStream(file);
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk;
  } catch (error) {
    const problem = messageOf(error);
    const ofZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
    throw new MeshError(ofZlib ? 'backup-damaged' : 'file-unusable', { file, problem }, { cause: error });
  } finally {
    source.destroy();
  }
}
