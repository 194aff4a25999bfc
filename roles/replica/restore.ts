import { MeshError } from '../../protocols/errors.ts';
import { logKey, type PeerId } from '../../protocols/ids.ts';
import { headBytes } from '../../protocols/record.ts';
import type { Batch, Disk } from '../ports/disk.ts';
import type { Identity } from '../ports/runtime.ts';
import { emptyTip, type Tip } from './chain.ts';
import { checkShape, fitBatch } from './check-batch.ts';

export interface RestoreParts {
  /** An empty one. */
  readonly disk: Disk;
  readonly verify: Identity['verify'];
}

export interface Restored {
  readonly logs: number;
  readonly records: number;
}

/**
 * Writes batches of a backup to a disk, each checked as if a peer had sent it: the chain from its beginning, and the signature
 * of every head. Nothing is made of them: the next start makes the tables.
 * @param from whose backup it is
 * @throws MeshError `chain-broken`, `head-forged`, and what the disk throws
 */
export async function restoreBatches(
  batches: AsyncIterable<Batch>,
  from: PeerId,
  { disk, verify }: RestoreParts,
): Promise<Restored> {
  const tips = new Map<string, Tip>();
  let records = 0;
  for await (const batch of batches) {
    const { head } = batch;
    const log = logKey(head);
    checkShape(batch, from);
    const fit = fitBatch(batch, tips.get(log) ?? emptyTip(head));
    if (fit.kind !== 'next') throw new MeshError('chain-broken', { peer: from, log, length: head.length });
    if (!verify(head.origin, headBytes(head), head.signature)) {
      throw new MeshError('head-forged', { log, length: head.length, peer: from });
    }
    await disk.commit({ batches: [fit.batch], ops: [] });
    tips.set(log, { length: head.length, hash: head.hash });
    records += fit.batch.records.length;
  }
  return { logs: tips.size, records };
}
