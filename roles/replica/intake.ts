import { MeshError } from '../../protocols/errors.ts';
import { logKey, type PeerId } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch, Disk } from '../ports/disk.ts';
import type { Identity } from '../ports/runtime.ts';
import type { Backlog } from './backlog.ts';
import { emptyTip, isSignedByOrigin } from './chain.ts';
import { bytesOf, checkShape, fitBatch } from './check-batch.ts';
import { provesFork } from './fork.ts';
import type { ReceivedItem } from './group.ts';
import type { Heads } from './heads.ts';
import type { OwnLog } from './own-log.ts';

/** `doubt`: it does not lead on from our end, and whether it is old, forged or a fork has to be looked up. */
export type Admitted =
  | { readonly kind: 'next'; readonly item: ReceivedItem }
  | { readonly kind: 'gap' | 'quarantined' | 'doubt' };

export interface IntakeParts {
  readonly backlog: Pick<Backlog, 'defers'>;
  readonly heads: Heads;
  readonly own: OwnLog;
  readonly disk: Disk;
  readonly identity: Identity;
}

/** The door for records of others (L3): size, chain and signature, never content. */
export class Intake {
  readonly #parts: IntakeParts;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
  }

  /**
   * Checks a batch and, when it leads on from our end, moves the pending end: the caller writes the item next.
   * Synchronous, so that two batches of one log can be on their way. One signature is verified a batch.
   * @throws MeshError `frame-malformed`, `record-too-large`, `head-forged`.
   */
  admit(batch: Batch, from: PeerId): Admitted {
    checkShape(batch, from);
    const { heads, own } = this.#parts;
    const state = heads.get(batch.head);
    if (state?.quarantined) return { kind: 'quarantined' };
    const fit = fitBatch(batch, state?.pending ?? emptyTip(batch.head));
    if (fit.kind === 'gap') return { kind: 'gap' };
    if (fit.kind !== 'next' || own.holds(batch.head)) return { kind: 'doubt' };
    this.verify(batch.head, from);
    heads.open(batch.head).pending = { length: batch.head.length, hash: batch.head.hash };
    own.returned(batch.head);
    const { records } = fit.batch;
    const deferred = this.#parts.backlog.defers(fit.batch);
    return {
      kind: 'next',
      // What is only written costs by its bytes: several batches of small records are synced at once.
      item: {
        kind: 'received',
        batch: fit.batch,
        deferred,
        records: deferred ? 0 : records.length,
        bytes: bytesOf(records),
      },
    };
  }

  /**
   * Tells what a batch in doubt is: known already, or one of the errors.
   * @throws MeshError `head-forged`, `chain-broken`, `head-forked` (the caller quarantines the log).
   */
  async examine(batch: Batch, from: PeerId): Promise<'known'> {
    const { heads, own, disk } = this.#parts;
    const tip = heads.get(batch.head)?.pending ?? emptyTip(batch.head);
    const isOld = batch.head.length <= tip.length;
    const facts = { peer: from, log: logKey(batch.head), length: batch.head.length };
    // Only this process writes its own log, so a longer one that is signed was written by somebody else with our key.
    const forked = (own.holds(batch.head) && !isOld) || (await provesFork(disk, batch, tip));
    if (isOld && !forked) return 'known';
    this.verify(batch.head, from);
    throw forked ? new MeshError('head-forked', facts) : new MeshError('chain-broken', facts);
  }

  /** @throws MeshError `head-forged`. */
  verify(head: SignedHead, from: PeerId): void {
    if (isSignedByOrigin(this.#parts.identity, head)) return;
    throw new MeshError('head-forged', { peer: from, log: logKey(head), length: head.length });
  }
}
