import { createHash } from 'node:crypto';
import { type PeerId, peerIdOf } from '../../../protocols/ids.ts';

const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** A peer id that looks like, and compresses like, a real one. */
export function peerNumber(number: number): PeerId {
  const bytes = createHash('sha512').update(`peer ${number}`).digest();
  return peerIdOf(`12D3KooW${[...bytes.subarray(0, 44)].map((byte) => BASE58[byte % 58]).join('')}`);
}
