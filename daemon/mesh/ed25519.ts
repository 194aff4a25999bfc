import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import type { Identity } from '../../roles/ports/runtime.ts';

/** Public keys kept ready: more than a mesh has peers, few enough that made-up peer ids cannot fill the memory. */
const CACHED_KEYS = 1_024;
/** A raw libp2p private key is the seed followed by the public key. */
const SEED_BYTES = 32;
/** The ASN.1 before the seed of an Ed25519 key. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** node:crypto instead of libp2p's own functions: synchronous, and about twice as fast. */
export function createIdentity(privateKey: Ed25519PrivateKey): Identity {
  const own = privateKeyObject(privateKey.raw);
  return {
    peer: peerIdOf(peerIdFromPrivateKey(privateKey).toString()),
    sign: (bytes) => sign(null, bytes, own),
    verify: createVerifier(),
  };
}

/** Checks anybody's signatures; needs no key of its own. */
export function createVerifier(): Identity['verify'] {
  const keys = new Map<PeerId, KeyObject | undefined>();
  return (peer, bytes, signature) => {
    const key = cachedKey(keys, peer);
    return key !== undefined && verify(null, bytes, key, signature);
  };
}

/** True when the public half of a raw key is the one its seed yields: a flipped bit in either is seen. */
export function isSound(raw: Uint8Array): boolean {
  const derived = createPublicKey(privateKeyObject(raw)).export({ format: 'jwk' }).x;
  return derived === base64url(raw.subarray(SEED_BYTES));
}

/** From the seed alone (RFC 8410, section 7): node refuses a form with two halves that differ, with an error of its own. */
function privateKeyObject(raw: Uint8Array): KeyObject {
  const der = Buffer.concat([PKCS8_PREFIX, raw.subarray(0, SEED_BYTES)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

function cachedKey(cache: Map<PeerId, KeyObject | undefined>, peer: PeerId): KeyObject | undefined {
  if (cache.has(peer)) return cache.get(peer);
  if (cache.size >= CACHED_KEYS) cache.clear();
  const key = publicKeyObject(peer);
  cache.set(peer, key);
  return key;
}

/** The key is inside the peer id; `undefined` for ids of another kind of key, or that only look like one. */
function publicKeyObject(peer: PeerId): KeyObject | undefined {
  try {
    const id = peerIdFromString(peer);
    if (id.type !== 'Ed25519') return undefined;
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: base64url(id.publicKey.raw) }, format: 'jwk' });
  } catch {
    // Not a peer id: nobody can have signed with it.
    return undefined;
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
