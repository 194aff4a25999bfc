import { type LogId, logKey, type Position } from '../../protocols/ids.ts';
import { type Decoded, decodeRecord, type MeshRecord, type SignedHead } from '../../protocols/record.ts';
import type { Batch } from '../ports/disk.ts';
import type { Committed } from '../ports/journal.ts';
import type { TableOp } from '../ports/tables.ts';
import type { Tip } from './chain.ts';
import type { GroupItem } from './commit-group.ts';
import type { RowReader } from './projection.ts';

/** A record of this node. Its place in the chain is fixed when it is added; the head is signed once a group. */
export interface OwnItem extends GroupItem {
  readonly kind: 'own';
  readonly log: LogId;
  readonly seq: number;
  readonly record: MeshRecord;
  readonly encoded: Uint8Array;
  readonly tip: Tip;
}

/** A batch of another node (or of an earlier boot), checked. */
export interface ReceivedItem extends GroupItem {
  readonly kind: 'received';
  readonly batch: Batch;
  /** Only its records are written for now. */
  readonly deferred: boolean;
}

/** A deferred batch whose turn has come: its records lie on the disk, its rows are written. */
export interface LateItem extends GroupItem {
  readonly kind: 'late';
  readonly batch: Batch;
}

/** A log begins behind this head from now on (L5). */
export interface FloorItem extends GroupItem {
  readonly kind: 'floor';
  readonly head: SignedHead;
  /** What is here ends before it: nothing of what lies between will come. */
  readonly isJump: boolean;
  /** Rows that change with it, made from the tables as they are then. */
  readonly change?: Change;
}

/** Rows that depend on others. */
export type Change = (rows: RowReader) => readonly TableOp[];

/** Rows that belong to no record. */
export interface NoteItem extends GroupItem {
  readonly kind: 'note';
  readonly ops: readonly TableOp[];
}

export type Item = OwnItem | ReceivedItem | LateItem | FloorItem | NoteItem;

/** What one group writes, and what it tells the listeners. */
export interface GroupContent {
  readonly batches: readonly Batch[];
  readonly floors: readonly SignedHead[];
  /** New ends of logs: of what is written, and of what was jumped over. */
  readonly ends: readonly SignedHead[];
  /** Heads up to which its rows bring the tables. */
  readonly projected: readonly SignedHead[];
  readonly entries: readonly Committed[];
  readonly ops: readonly TableOp[];
  readonly changes: readonly Change[];
}

/** @param entries what `entriesOf` makes of each item */
export function contentOf(
  items: readonly Item[],
  entries: readonly Committed[],
  sign: (log: LogId, tip: Tip) => SignedHead,
): GroupContent {
  const own = runsOf(items.filter((item) => item.kind === 'own')).map((run) => ownBatch(run, sign));
  const received = items.filter((item) => item.kind === 'received');
  const late = items.filter((item) => item.kind === 'late');
  const projected = [...own, ...[...received.filter(({ deferred }) => !deferred), ...late].map(({ batch }) => batch)];
  const floors = items.filter((item) => item.kind === 'floor');
  const jumps = floors.filter(({ isJump }) => isJump).map(({ head }) => head);
  const batches = [...own, ...received.map(({ batch }) => batch)];
  return {
    batches,
    floors: floors.map(({ head }) => head),
    ends: [...batches.map(({ head }) => head), ...jumps],
    projected: [...projected.map(({ head }) => head), ...jumps],
    entries,
    ops: items.flatMap((item) => (item.kind === 'note' ? item.ops : [])),
    changes: floors.map(({ change }) => change).filter((change) => change !== undefined),
  };
}

/** One run per log: a node that had to give up its epoch writes to two in one group. */
function runsOf(items: readonly OwnItem[]): OwnItem[][] {
  return [...Map.groupBy(items, (item) => logKey(item.log)).values()];
}

function ownBatch(run: readonly OwnItem[], sign: (log: LogId, tip: Tip) => SignedHead): Batch {
  const last = run.at(-1) as OwnItem;
  return { from: run[0]?.seq ?? 0, records: run.map((item) => item.encoded), head: sign(last.log, last.tip) };
}

/** The records of an item that are to be projected and told. */
export function entriesOf(item: Item): Committed[] {
  switch (item.kind) {
    case 'own':
      return [{ position: { ...item.log, seq: item.seq }, decoded: { ok: true, record: item.record }, own: true }];
    case 'received':
      return item.deferred ? [] : entriesOfBatch(item.batch);
    case 'late':
      return entriesOfBatch(item.batch);
    case 'floor':
    case 'note':
      return [];
  }
}

function entriesOfBatch(batch: Batch): Committed[] {
  return batch.records.map((bytes, i) => receivedEntry(batch, i, decodeRecord(bytes)));
}

function receivedEntry({ head, from }: Batch, i: number, decoded: Decoded): Committed {
  const position: Position = { origin: head.origin, epoch: head.epoch, seq: from + i };
  return { position, decoded, own: false };
}
