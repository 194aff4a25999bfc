import { type BackupFrame, type BackupHeader, BackupHeaderSchema, readBackup } from '../protocols/backup.ts';
import { MeshError, messageOf } from '../protocols/errors.ts';
import { BlobParts } from '../roles/replica/backup-blobs.ts';
import { decodeLogFrame } from '../roles/replica/log-frames.ts';
import { type BackupPiece, type Restored, restoreAll } from '../roles/replica/restore.ts';
import { emptyFolder } from './backup/empty-folder.ts';
import { unzipped } from './backup/unzipped.ts';
import { writeKey } from './backup/write-key.ts';
import { STORE_FOLDER } from './compose-core.ts';
import { createLog } from './log.ts';
import { createVerifier } from './mesh/ed25519.ts';
import { createRuntime } from './runtime.ts';
import { openStore } from './store/level.ts';

export interface RestoreOptions {
  /** Path of the backup, or `-` for standard input. */
  readonly file: string;
  readonly dataDir: string;
  /** Where the node's key goes, if there is one in the backup. */
  readonly keyFile: string;
  readonly signal: AbortSignal;
  /** Told after each batch. */
  readonly onProgress: (done: number, header: BackupHeader) => void;
}

export interface RestoreReport extends Omit<BackupHeader, 'type' | 'format'> {
  readonly dataDir: string;
  /** Where the key was written. */
  readonly keyFile?: string;
}

/**
 * Makes a data directory out of a backup: all of it, or nothing.
 * @throws MeshError `data-dir-not-empty`, `backup-damaged`, `backup-newer`, `file-unusable`, `file-exists` for another key,
 * `interrupted`, and what opening a store throws
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { dataDir } = options;
  const folder = await emptyFolder(dataDir);
  try {
    const { header, key } = await readInto(folder.part(STORE_FOLDER), options);
    if (key) await writeKey(options.keyFile, key);
    await folder.keep(STORE_FOLDER);
    const { type: _type, format: _format, ...about } = header;
    return { ...about, dataDir, ...(key && { keyFile: options.keyFile }) };
  } catch (error) {
    await folder.undo();
    throw options.signal.aborted ? new MeshError('interrupted', { what: 'the restore' }, { cause: error }) : error;
  }
}

interface Contents {
  readonly header: BackupHeader;
  readonly key?: Uint8Array;
}

async function readInto(dir: string, options: RestoreOptions): Promise<Contents> {
  const { file } = options;
  const frames = readBackup(unzipped(file), file);
  const first = await frames.next();
  const header = BackupHeaderSchema.parse(first.value?.header);
  const keys: Uint8Array[] = [];
  const pieces = async function* (): AsyncGenerator<BackupPiece> {
    const blobs = new BlobParts(header.peer);
    let done = 0;
    for await (const frame of frames) {
      options.signal.throwIfAborted();
      if (frame.type === 'key' && frame.parts[0]) keys.push(Buffer.from(frame.parts[0]));
      const piece = pieceOf(frame, blobs, header);
      if (piece === undefined) continue;
      yield piece;
      done += piece.type === 'batch' ? piece.batch.records.length : 0;
      options.onProgress(done, header);
    }
  };
  const restored = await fill(dir, pieces(), { header, file });
  return { header: { ...header, ...restored }, ...(keys[0] && { key: keys[0] }) };
}

/** Undefined for a frame that is none, or not yet one. */
function pieceOf(frame: BackupFrame, blobs: BlobParts, { peer }: BackupHeader): BackupPiece | undefined {
  if (frame.type === 'blob') return blobs.add(frame);
  if (frame.type !== 'batch' && frame.type !== 'floor') return undefined;
  const message = decodeLogFrame(frame.bytes, peer);
  return message.type === 'batch' || message.type === 'floor' ? message : undefined;
}

async function fill(
  dir: string,
  pieces: AsyncIterable<BackupPiece>,
  { header, file }: { readonly header: BackupHeader; readonly file: string },
): Promise<Restored> {
  const store = await openStore({ dir }, { runtime: createRuntime(createLog({ level: 'warn' })) });
  try {
    const { disk, blobs } = store;
    return await restoreAll(pieces, header.peer, { disk, blobs, verify: createVerifier() });
  } catch (error) {
    throw asDamage(error, file);
  } finally {
    await store.close();
  }
}

const DAMAGE = new Set(['frame-malformed', 'version-unknown', 'record-too-large', 'chain-broken', 'head-forged']);

/** What a peer would be blamed for is a fault of the file here. */
function asDamage(error: unknown, file: string): unknown {
  if (!(error instanceof MeshError) || !DAMAGE.has(error.code)) return error;
  return new MeshError('backup-damaged', { file, problem: messageOf(error) }, { cause: error });
}
