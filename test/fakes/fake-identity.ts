import { createHash } from 'node:crypto';
import type { PeerId } from '../../protocols/ids.ts';
import type { Identity } from '../../roles/ports/runtime.ts';

/** Signs fast and the same every time. Whoever has this can sign for a peer, as whoever has its key could. */
export function fakeIdentity(peer: PeerId): Identity {
  return {
    peer,
    sign: (bytes) => signatureOf(peer, bytes),
    verify: (author, bytes, signature) => Buffer.compare(signatureOf(author, bytes), signature) === 0,
  };
}

function signatureOf(peer: PeerId, bytes: Uint8Array): Buffer {
  return createHash('sha512').update(`key of ${peer}\n`).update(bytes).digest();
}
