import { MeshError } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { Batch } from '../ports/disk.ts';
import { extendTip, sameHash, type Tip } from './chain.ts';

export function bytesOf(records: readonly Uint8Array[]): number {
  return records.reduce((sum, record) => sum + record.length, 0);
}

/** The sizes that every batch has, whoever sends it. @throws MeshError `record-too-large`, `frame-malformed`. */
export function checkShape(batch: Batch, from: PeerId): void {
  const { records, head } = batch;
  const tooLarge = records.find((record) => record.length > LIMITS.recordBytes);
  if (tooLarge) throw new MeshError('record-too-large', { bytes: tooLarge.length, limit: LIMITS.recordBytes });
  const problem = shapeProblem(records.length, bytesOf(records));
  if (problem) throw new MeshError('frame-malformed', { peer: from, problem });
  if (head.length !== batch.from + records.length) {
    throw new MeshError('frame-malformed', { peer: from, problem: 'its head does not end its records' });
  }
}

function shapeProblem(records: number, bytes: number): string | undefined {
  if (records === 0) return 'the batch is empty';
  if (records > LIMITS.groupRecords) return `the batch has ${records} records`;
  if (bytes > LIMITS.groupBytes) return `the batch has ${bytes} bytes`;
  return undefined;
}

export type Fit =
  /** It ends where ours ends or before. */
  | { readonly kind: 'old' }
  /** It begins behind our end. */
  | { readonly kind: 'gap' }
  /** These records lead from our end to its head. */
  | { readonly kind: 'next'; readonly batch: Batch }
  /** They do not: the records, the head or our own log is not what its origin wrote. */
  | { readonly kind: 'broken' };

/** How a batch of the right shape fits to the end of our log. Signatures are the caller's. */
export function fitBatch(batch: Batch, tip: Tip): Fit {
  if (batch.head.length <= tip.length) return { kind: 'old' };
  if (batch.from > tip.length) return { kind: 'gap' };
  const records = batch.records.slice(tip.length - batch.from);
  if (!sameHash(extendTip(tip, records).hash, batch.head.hash)) return { kind: 'broken' };
  return { kind: 'next', batch: { from: tip.length, records, head: batch.head } };
}
