import type { LogId } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import type { Batch, Disk } from '../ports/disk.ts';
import { emptyTip, extendTip, sameHash, type Tip } from './chain.ts';

/** One read: what lies between two neighbouring heads is one group or one batch. */
const ONE_READ = { records: LIMITS.groupRecords, bytes: LIMITS.groupBytes };

/** The hash of our own chain at a length; undefined while that part is not on the disk. */
export async function hashAt(disk: Disk, log: LogId, length: number): Promise<Uint8Array | undefined> {
  const head = (await disk.headAt(log, length)) ?? emptyTip(log);
  if (head.length === length) return head.hash;
  const rest = await disk.read(log, head.length, ONE_READ);
  if (rest === undefined || rest.head.length < length) return undefined;
  return extendTip(head, rest.records.slice(0, length - head.length)).hash;
}

/**
 * Given a batch whose head its origin signed: does that head disagree with the chain we hold, so that the origin (or somebody
 * with its key) wrote the same place twice? `false` also when it cannot be told from here.
 */
export async function provesFork(disk: Disk, batch: Batch, tip: Tip): Promise<boolean> {
  const at = (length: number) => (length === tip.length ? tip.hash : hashAt(disk, batch.head, length));
  if (batch.head.length <= tip.length) {
    const ours = await at(batch.head.length);
    return ours !== undefined && !sameHash(ours, batch.head.hash);
  }
  // It reaches beyond our end: its records prove that they lead from a place we share to a head we cannot reach.
  if (batch.from >= tip.length) return false;
  const shared = await at(batch.from);
  if (shared === undefined) return false;
  const theirs = extendTip({ length: batch.from, hash: shared }, batch.records);
  return sameHash(theirs.hash, batch.head.hash);
}
