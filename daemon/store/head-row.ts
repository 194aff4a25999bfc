import { epochOf, peerIdOf } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';
import { readPlaceKey } from './tables.ts';

const HASH_BYTES = 32;

export function encodeHeadRow({ hash, signature }: SignedHead): Buffer {
  return Buffer.concat([hash, signature]);
}

/** @throws a plain error that the caller reports as damage. */
export function decodeHeadRow(key: string, value: Buffer): SignedHead {
  const { log, place } = readPlaceKey(key);
  const [origin, epoch] = log.split('/');
  if (value.length <= HASH_BYTES) throw new RangeError(`the head ${key} is cut`);
  return {
    origin: peerIdOf(origin ?? ''),
    epoch: epochOf(epoch ?? ''),
    length: place,
    hash: value.subarray(0, HASH_BYTES),
    signature: value.subarray(HASH_BYTES),
  };
}
