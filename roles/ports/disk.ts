import type { LogId } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { TableOp } from './tables.ts';

/** Records of one log that follow one another, ended by a head its origin signed. */
export interface Batch {
  /** Number of the first record. */
  readonly from: number;
  readonly records: readonly Uint8Array[];
  /** `head.length` is `from + records.length`. */
  readonly head: SignedHead;
}

/** What is written together, or not at all. */
export interface CommitGroup {
  readonly batches: readonly Batch[];
  readonly ops: readonly TableOp[];
  /** New floors: of each log, everything before the head is dropped (L5). Only heads that `headAt` gave, or a peer's of a log that ends before. */
  readonly floors?: readonly SignedHead[];
}

/** The bytes of the logs. Adapters only move bytes and sync; everything that decides is in `roles/replica`. */
export interface Disk {
  /** The longest signed head of every log that is stored, at open. A log of which everything was dropped ends at its floor. */
  heads(): Promise<readonly SignedHead[]>;
  /** The signed head behind which each log begins, of those that do not begin at their first record. */
  floors(): Promise<readonly SignedHead[]>;
  /**
   * Writes atomically and resolves once it is synced.
   * @throws MeshError `disk-full` or `store-write-failed`. The caller ends the process: what LevelDB writes afterwards may be lost (L8).
   */
  commit(group: CommitGroup): Promise<void>;
  /**
   * The records from `from` on up to a signed head: the longest that lies within the limits, else the nearest one.
   * `undefined` when nothing follows `from`, or when it lies below the floor.
   */
  read(log: LogId, from: number, limits: { records: number; bytes: number }): Promise<Batch | undefined>;
  /** The longest stored head whose length is at most `length`. */
  headAt(log: LogId, length: number): Promise<SignedHead | undefined>;
  /** One record, or undefined when it is not here. */
  record(log: LogId, seq: number): Promise<Uint8Array | undefined>;
  /** Gives the room of what was dropped back to the file system. Slow; to be called now and then. */
  reclaim(): Promise<void>;
  /** Bytes that the store takes on its disk. */
  usedBytes(): Promise<number>;
}
