import type { PeerId } from '../../../protocols/ids.ts';
import type { Identity } from '../../../roles/ports/runtime.ts';

const SIGNATURE_BYTES = 64;

/**
 * Signs in a tenth of a microsecond and the same every time: thousands of heads are signed in a run, and each is verified by every
 * node. Two numbers of 32 bits: nobody in a simulated world forges.
 */
export function simIdentity(peer: PeerId): Identity {
  return {
    peer,
    sign: (bytes) => {
      const signature = Buffer.alloc(SIGNATURE_BYTES);
      signature.writeUInt32LE(mixed(1, peer, bytes), 0);
      signature.writeUInt32LE(mixed(2, peer, bytes), 4);
      return signature;
    },
    verify: (author, bytes, signature) => {
      const view = new DataView(signature.buffer, signature.byteOffset, signature.byteLength);
      return view.getUint32(0, true) === mixed(1, author, bytes) && view.getUint32(4, true) === mixed(2, author, bytes);
    },
  };
}

/** FNV-1a over the name and the bytes. */
function mixed(seed: number, peer: PeerId, bytes: Uint8Array): number {
  let hash = Math.imul(0x811c9dc5 ^ seed, 0x01000193);
  for (let i = 0; i < peer.length; i++) hash = Math.imul(hash ^ peer.charCodeAt(i), 0x01000193);
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
