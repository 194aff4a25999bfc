import type { PrivateKey } from '@libp2p/interface';
import { MeshError } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Identity } from '../../roles/ports/runtime.ts';

export interface LoadedIdentity {
  readonly identity: Identity;
  /** The same key in the form libp2p wants. */
  readonly privateKey: PrivateKey;
}

/** A new node key: its peer id, and the bytes of its key file. */
export interface CreatedKey {
  readonly peer: PeerId;
  readonly bytes: Uint8Array;
}

/**
 * The node's Ed25519 key, made at the first call and kept, mode 0600.
 * @throws MeshError `secret-exposed`, `key-damaged`, `data-dir-unusable`.
 */
export async function loadIdentity(keyFile: string): Promise<LoadedIdentity> {
  throw new MeshError('key-damaged', { file: keyFile, problem: 'not built yet' });
}

export async function createKey(): Promise<CreatedKey> {
  throw new MeshError('internal', { problem: 'not built yet' });
}
