import type { Epoch, Position } from '../../protocols/ids.ts';
import type { Decoded, MeshRecord } from '../../protocols/record.ts';

/** A record that is on this disk, own or replicated, synced. */
export interface Committed {
  readonly position: Position;
  readonly decoded: Decoded;
  /** Written by this very process, in its current epoch. */
  readonly own: boolean;
}

/** What a role needs of the log: write a record and be told of every record that arrives. */
export interface Journal {
  /** The epoch of this boot. */
  readonly epoch: Epoch;
  /**
   * Resolves once the record is synced.
   * @param encoded its bytes, where another thread has checked and encoded it already
   * @throws MeshError `record-too-large`; a failed write ends the process (L8).
   */
  append(record: MeshRecord, encoded?: Uint8Array): Promise<Position>;
  /**
   * Asked before each group is written what follows from it for the listener: these records go with the group. Nothing of it is
   * synced yet, so nobody may act on it. A group may also be written without being asked for.
   */
  beforeCommit?(listener: (entries: readonly Committed[]) => readonly MeshRecord[]): void;
  /** Called after each commit with what it held, in commit order. A throw in a listener is a bug and ends the process. */
  onCommit(listener: (entries: readonly Committed[]) => void): void;
  /** One record, own or replicated; undefined when it is not here. */
  read(position: Position): Promise<Decoded | undefined>;
}
