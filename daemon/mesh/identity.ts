import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import type { Identity } from '../../roles/ports/runtime.ts';
import { createIdentity, isSound } from './ed25519.ts';

export interface LoadedIdentity {
  readonly identity: Identity;
  /** The same key in the form libp2p wants. */
  readonly privateKey: Ed25519PrivateKey;
}

/** A new node key: its peer id, and the bytes of its key file. */
export interface CreatedKey {
  readonly peer: PeerId;
  /** One line: base64 of libp2p's protobuf form of the private key. */
  readonly bytes: Uint8Array;
}

/**
 * The node's Ed25519 key, made at the first call and kept, mode 0600.
 * @throws MeshError `secret-exposed` when others can read the file, `key-damaged` when it does not hold one whole key,
 * `secret-unreadable` when this user may not read it, `data-dir-unusable` when it cannot be made.
 */
export async function loadIdentity(keyFile: string): Promise<LoadedIdentity> {
  if (!(await exists(keyFile))) await writeOnce(keyFile, (await createKey()).bytes);
  const privateKey = parseKey(keyFile, await readSecret(keyFile));
  return { identity: createIdentity(privateKey), privateKey };
}

export async function createKey(): Promise<CreatedKey> {
  const key = await generateKeyPair('Ed25519');
  const text = Buffer.from(privateKeyToProtobuf(key)).toString('base64');
  return { peer: peerIdOf(peerIdFromPrivateKey(key).toString()), bytes: Buffer.from(`${text}\n`) };
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw unreadable(file, error);
  }
}

/** Whole and synced, or not there at all; a key that another process made meanwhile is kept. */
async function writeOnce(file: string, bytes: Uint8Array): Promise<void> {
  const dir = dirname(file);
  const temporary = join(dir, `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await writeSynced(temporary, bytes);
    try {
      // A hard link, because unlike a rename it never replaces a key that is in use.
      await link(temporary, file).catch(unlessErrno('EEXIST'));
    } finally {
      await unlink(temporary);
    }
    await syncDirectory(dir);
  } catch (error) {
    throw new MeshError('data-dir-unusable', { dir, problem: messageOf(error) }, { cause: error });
  }
}

async function writeSynced(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Without it a power cut can forget the new name. Windows has no such call and needs none. */
async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readSecret(file: string): Promise<string> {
  const facts = await stat(file);
  if (isExposed(facts)) {
    throw new MeshError('secret-exposed', { file, mode: (facts.mode & 0o777).toString(8).padStart(4, '0') });
  }
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** The world must have no access, nor a group this process is not in (a Kubernetes volume belongs to the pod's fsGroup). */
function isExposed({ mode, gid }: { readonly mode: number; readonly gid: number }): boolean {
  if (process.getgroups === undefined || process.getegid === undefined) return false;
  if ((mode & 0o007) !== 0) return true;
  return (mode & 0o070) !== 0 && gid !== process.getegid() && !process.getgroups().includes(gid);
}

function parseKey(file: string, text: string): Ed25519PrivateKey {
  const damaged = (problem: string, cause?: unknown) => new MeshError('key-damaged', { file, problem }, { cause });
  let key: ReturnType<typeof privateKeyFromProtobuf>;
  try {
    key = privateKeyFromProtobuf(Buffer.from(text.trim(), 'base64'));
  } catch (error) {
    throw damaged(messageOf(error), error);
  }
  if (key.type !== 'Ed25519') throw damaged(`it holds a key of type ${key.type}`);
  if (!isSound(key.raw)) throw damaged('its two halves do not belong together');
  return key;
}

function unreadable(file: string, error: unknown): MeshError {
  return new MeshError('secret-unreadable', { name: 'node key', file, problem: messageOf(error) }, { cause: error });
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function unlessErrno(code: string): (error: unknown) => void {
  return (error) => {
    if (!isErrno(error, code)) throw error;
  };
}
