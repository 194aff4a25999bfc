import { BACKUP_FORMAT, type BackupHeader, BackupWriter } from '../../protocols/backup.ts';
import { encodeFrame } from '../../protocols/frames.ts';
import { comparePositions, logKey } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { Disk } from '../ports/disk.ts';
import { blobFrames } from './backup-blobs.ts';
import { encodeBatch, encodeFloor } from './log-frames.ts';

export interface BackupOptions {
  readonly about: Pick<BackupHeader, 'node' | 'peer' | 'org' | 'version' | 'madeAt'>;
  /** Content of the node's key file, where it shall be in the backup. */
  readonly key?: Uint8Array;
}

export interface BackupParts {
  readonly disk: Disk;
  readonly blobs: Pick<BlobStore, 'notes' | 'get'>;
}

/**
 * The bytes of a backup of what was synced at the call: every log, from its floor up to the head it had then. Logs only grow,
 * so that those stretches stay as they are while the node goes on writing; and each is one that the whole mesh could have (L4).
 */
export async function* backupOf(
  { about, key }: BackupOptions,
  { disk, blobs }: BackupParts,
): AsyncGenerator<Uint8Array> {
  const heads = inOrder(await disk.heads());
  const records = lengthOf(heads) - lengthOf(await disk.floors());
  const header = {
    type: 'backup',
    format: BACKUP_FORMAT,
    ...about,
    logs: heads.length,
    records,
    key: key !== undefined,
  };
  const writer = new BackupWriter();
  yield writer.add(encodeFrame(header));
  if (key !== undefined) yield writer.add(encodeFrame({ type: 'key' }, [key]));
  for (const head of heads) {
    for await (const frame of framesUpTo(head, disk)) yield writer.add(frame);
  }
  // Whatever a record names was kept before it.
  for await (const frame of blobFrames(blobs)) yield writer.add(frame);
  yield writer.end();
}

function inOrder(heads: readonly SignedHead[]): SignedHead[] {
  return [...heads].sort((a, b) => comparePositions({ ...a, seq: 0 }, { ...b, seq: 0 }));
}

function lengthOf(heads: readonly SignedHead[]): number {
  return heads.reduce((sum, { length }) => sum + length, 0);
}

async function* framesUpTo(head: SignedHead, disk: Disk): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < head.length; ) {
    // Never behind the head of the call, which is a signed one: a batch can end there.
    const limits = { records: Math.min(LIMITS.groupRecords, head.length - from), bytes: LIMITS.groupBytes };
    const batch = await disk.read(head, from, limits);
    if (batch !== undefined) yield encodeBatch(batch);
    // What lies below its floor was dropped, before the call or since (L5).
    const end = batch?.head ?? (await floorOf(head, disk));
    if (end === undefined || end.length <= from) return;
    if (batch === undefined) yield encodeFloor(end);
    from = end.length;
  }
}

async function floorOf(log: SignedHead, disk: Disk): Promise<SignedHead | undefined> {
  return (await disk.floors()).find((floor) => logKey(floor) === logKey(log));
}
