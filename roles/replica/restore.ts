import { MeshError } from '../../protocols/errors.ts';
import { logKey, type PeerId } from '../../protocols/ids.ts';
import { headBytes, type SignedHead } from '../../protocols/record.ts';
import type { BlobStore } from '../ports/blobs.ts';
import type { CommitGroup, Disk } from '../ports/disk.ts';
import type { Identity } from '../ports/runtime.ts';
import type { BlobPiece } from './backup-blobs.ts';
import { emptyTip, type Tip } from './chain.ts';
import { checkShape, fitBatch } from './check-batch.ts';
import type { LogMessage } from './log-frames.ts';

export interface RestoreParts {
  /** An empty one. */
  readonly disk: Disk;
  readonly blobs: Pick<BlobStore, 'put'>;
  readonly verify: Identity['verify'];
}

export interface Restored {
  readonly logs: number;
  readonly records: number;
}

/** A stretch of a log, or where one begins that was cut (L5). */
export type LogPiece = Extract<LogMessage, { type: 'batch' | 'floor' }>;

export type BackupPiece = LogPiece | BlobPiece;

/**
 * Writes the logs and blobs of a backup to a disk, each log checked as if a peer had sent it: the chain from its beginning or floor, and the
 * signature of every head. Nothing is made of them: the next start makes the tables.
 * @param from whose backup it is
 * @throws MeshError `chain-broken`, `head-forged`, and what the disk throws
 */
export async function restoreAll(
  pieces: AsyncIterable<BackupPiece>,
  from: PeerId,
  { disk, blobs, verify }: RestoreParts,
): Promise<Restored> {
  const tips = new Map<string, Tip>();
  let records = 0;
  for await (const piece of pieces) {
    if (piece.type === 'blob') {
      await blobs.put(piece.name, piece.bytes, piece.note);
      continue;
    }
    const head = piece.type === 'batch' ? piece.batch.head : piece.head;
    const log = logKey(head);
    const group = groupOf(piece, tips.get(log) ?? emptyTip(head), from);
    if (!verify(head.origin, headBytes(head), head.signature)) {
      throw new MeshError('head-forged', { log, length: head.length, peer: from });
    }
    await disk.commit(group);
    tips.set(log, { length: head.length, hash: head.hash });
    records += group.batches[0]?.records.length ?? 0;
  }
  return { logs: tips.size, records };
}

/** @throws MeshError `chain-broken` for what does not follow the tip */
function groupOf(piece: LogPiece, tip: Tip, from: PeerId): CommitGroup {
  const broken = ({ length, ...head }: SignedHead) =>
    new MeshError('chain-broken', { peer: from, log: logKey(head), length });
  if (piece.type === 'floor') {
    if (piece.head.length <= tip.length) throw broken(piece.head);
    return { batches: [], ops: [], floors: [piece.head] };
  }
  checkShape(piece.batch, from);
  const fit = fitBatch(piece.batch, tip);
  if (fit.kind !== 'next') throw broken(piece.batch.head);
  return { batches: [fit.batch], ops: [] };
}
