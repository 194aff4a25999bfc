import { epochOf, peerIdOf } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { Batch } from '../../roles/ports/disk.ts';
import { readPlaceKey } from './tables.ts';

/**
 * Records of one log that were written together, and the head behind them, as one row: a commit group costs one row and not one
 * for each record, and a log is cut off at its floor row by row.
 *
 *     u32 number of records | u32 length of each | 32 bytes hash and 64 bytes signature of the head | records
 *
 * All integers are big-endian. The key is the place of the first record.
 */
export interface Segment {
  readonly from: number;
  /** Place behind its last record. */
  readonly end: number;
  readonly value: Buffer;
}

const WORD = 4;
const HASH_BYTES = 32;
const SIGNATURE_BYTES = 64;

export function encodeSegment({ from, records, head }: Batch): Segment {
  const table = Buffer.allocUnsafe(WORD * (1 + records.length));
  table.writeUInt32BE(records.length, 0);
  for (const [i, record] of records.entries()) table.writeUInt32BE(record.length, WORD * (1 + i));
  return { from, end: head.length, value: Buffer.concat([table, head.hash, head.signature, ...records]) };
}

/** @throws a plain error that the caller reports as damage. */
export function readSegment(key: string, value: Buffer): Segment {
  const { place } = readPlaceKey(key);
  if (value.length < WORD || value.length < recordsStart(value)) throw new RangeError(`the segment ${key} is cut`);
  return { from: place, end: place + value.readUInt32BE(0), value };
}

/** @throws a plain error that the caller reports as damage. */
export function headOf(key: string, { value, end }: Segment): SignedHead {
  const [origin, epoch] = readPlaceKey(key).log.split('/');
  const at = recordsStart(value) - HASH_BYTES - SIGNATURE_BYTES;
  return {
    origin: peerIdOf(origin ?? ''),
    epoch: epochOf(epoch ?? ''),
    length: end,
    hash: value.subarray(at, at + HASH_BYTES),
    signature: value.subarray(at + HASH_BYTES, at + HASH_BYTES + SIGNATURE_BYTES),
  };
}

/** The records from one place up to another. @throws a plain error when the row is cut. */
export function recordsOf({ from, end, value }: Segment, start = from, stop = end): Buffer[] {
  const records: Buffer[] = [];
  let at = recordsStart(value);
  for (let place = from; place < stop; place++) {
    const length = value.readUInt32BE(WORD * (1 + place - from));
    if (at + length > value.length) throw new RangeError(`record ${place} is cut`);
    if (place >= start) records.push(value.subarray(at, at + length));
    at += length;
  }
  return records;
}

/** Bytes of the records from one place on, without reading them. */
export function recordBytes({ from, end, value }: Segment, start = from): number {
  let bytes = 0;
  for (let place = start; place < end; place++) bytes += value.readUInt32BE(WORD * (1 + place - from));
  return bytes;
}

function recordsStart(value: Buffer): number {
  return WORD * (1 + value.readUInt32BE(0)) + HASH_BYTES + SIGNATURE_BYTES;
}
