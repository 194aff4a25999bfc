import { epochOf, peerIdOf } from '../../protocols/ids.ts';
import type { SignedHead } from '../../protocols/record.ts';

/** u64 length, big-endian · 32 bytes hash · signature */
const LENGTH_BYTES = 8;
const HASH_BYTES = 32;

export function floorValue({ length, hash, signature }: SignedHead): Buffer {
  const prefix = Buffer.alloc(LENGTH_BYTES);
  prefix.writeBigUInt64BE(BigInt(length));
  return Buffer.concat([prefix, hash, signature]);
}

/** @throws a plain error that the caller reports as damage. */
export function readFloor([key, value]: readonly [key: string, value: Buffer]): SignedHead {
  const [origin, epoch] = key.split('/');
  if (value.length <= LENGTH_BYTES + HASH_BYTES) throw new RangeError(`the floor of ${key} is cut`);
  return {
    origin: peerIdOf(origin ?? ''),
    epoch: epochOf(epoch ?? ''),
    length: Number(value.readBigUInt64BE()),
    hash: value.subarray(LENGTH_BYTES, LENGTH_BYTES + HASH_BYTES),
    signature: value.subarray(LENGTH_BYTES + HASH_BYTES),
  };
}
