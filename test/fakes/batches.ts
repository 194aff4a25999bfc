import type { LogId } from '../../protocols/ids.ts';
import { encodeRecord } from '../../protocols/record.ts';
import type { Batch } from '../../roles/ports/disk.ts';
import type { Identity } from '../../roles/ports/runtime.ts';
import { emptyTip, extendTip, signHead } from '../../roles/replica/chain.ts';
import { epochNumber, peerNamed } from './cards.ts';
import { fakeIdentity } from './fake-identity.ts';
import { eventRecord } from './records.ts';

export const ORIGIN = fakeIdentity(peerNamed('origin'));
/** The log of somebody else whose records the tests hand on. */
export const LOG: LogId = { origin: ORIGIN.peer, epoch: epochNumber(1) };

export const recordTexts = (from: number, length: number, branch = ''): Uint8Array[] =>
  Array.from({ length: length - from }, (_, i) =>
    encodeRecord(eventRecord(from + i, {}, { actor: `somebody${branch}` })),
  );

export interface BatchOptions {
  readonly identity?: Identity;
  readonly log?: LogId;
  /** From this record on the log is another one. */
  readonly branch?: readonly [at: number, name: string];
}

/** The records `from` … `length - 1` of a log whose record i is always the same, as its origin would send them. */
export function batchOf(from: number, length: number, options: BatchOptions = {}): Batch {
  const { identity = ORIGIN, log = LOG, branch } = options;
  const all = branch
    ? [...recordTexts(0, branch[0]), ...recordTexts(branch[0], length, branch[1])]
    : recordTexts(0, length);
  const head = signHead(identity, log, extendTip(emptyTip(log), all));
  return { from, records: all.slice(from), head };
}
