import { randomBytes } from 'node:crypto';
import { link, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import { FILES } from '../config/files.ts';
import { readSecretFile } from '../config/read-secret.ts';
import type { Secret } from '../config/secret.ts';

const KEY = 'http.auth.tokenFile';
const TOKEN_BYTES = 32;

/**
 * The bearer token of a node: made at its first start, kept for good. Several processes may be given one file and start at once:
 * the first link wins and all of them read the same token.
 * @throws MeshError `secret-unreadable` or `secret-exposed`.
 */
export async function loadToken(file: string): Promise<Secret> {
  if (!(await exists(file))) await make(file);
  return readSecretFile(KEY, file, FILES);
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

async function make(file: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeWhole(file, `${randomBytes(TOKEN_BYTES).toString('base64url')}\n`);
  } catch (error) {
    throw new MeshError('secret-unreadable', { name: KEY, file, problem: messageOf(error) }, { cause: error });
  }
}

/** A link appears whole or not at all, and never replaces a token that somebody made meanwhile. */
async function writeWhole(file: string, text: string): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, text, { mode: 0o600, flag: 'wx', flush: true });
  try {
    await link(draft, file);
  } catch (error) {
    if (!(await exists(file))) throw error;
  } finally {
    await rm(draft);
  }
}
