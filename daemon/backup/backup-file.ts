import { createHash, type Hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { syncFolder } from './sync-folder.ts';

export interface Written {
  readonly bytes: number;
  /** Of the file, as `sha256sum` says it. */
  readonly sha256: string;
}

/** Level 1: records are text and shrink well at any level, and a backup shall not hold the machine. */
const GZIP = { level: 1 };

/**
 * Compresses into FILE.part, mode 0600, which gets its name once all of it is synced: there is a whole file or none.
 * @throws MeshError `file-unusable`, and what the chunks throw
 */
export async function writeBackup(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Written> {
  const part = `${file}.part`;
  try {
    // Left behind by one that was killed; a new one has the right mode whatever that one had.
    await rm(part, { force: true });
    const written = await compress(chunks, createWriteStream(part, { flags: 'wx', mode: 0o600, flush: true }), signal);
    await rename(part, file);
    await syncFolder(dirname(file));
    return written;
  } catch (error) {
    await rm(part, { force: true });
    throw describe(error, file);
  }
}

/** The same to standard output, which stays open. */
export async function sendBackup(chunks: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<Written> {
  try {
    return await compress(chunks, process.stdout, signal);
  } catch (error) {
    throw describe(error, 'standard output');
  }
}

/** @throws MeshError `file-exists` */
export async function assertNew(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found !== undefined) throw new MeshError('file-exists', { file });
}

async function compress(chunks: AsyncIterable<Uint8Array>, to: Writable, signal: AbortSignal): Promise<Written> {
  const hash = createHash('sha256');
  const meter = metered(hash);
  const end = to !== process.stdout;
  await pipeline(chunks, createGzip(GZIP), meter, to, { signal, end });
  return { bytes: meter.bytes(), sha256: hash.digest('hex') };
}

function metered(hash: Hash): Transform & { bytes(): number } {
  let bytes = 0;
  const transform = new Transform({
    transform: (chunk: Uint8Array, _, done) => {
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  return Object.assign(transform, { bytes: () => bytes });
}

function describe(error: unknown, file: string): MeshError {
  if (error instanceof MeshError) return error;
  return new MeshError('file-unusable', { file, problem: messageOf(error) }, { cause: error });
}
