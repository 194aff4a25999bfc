import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A user that owns nothing: `nobody` on Linux. */
export const NOBODY = 65_534;

const SCRIPT = fileURLToPath(new URL('powerless-child.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Does something as a process that file modes bind: they forbid root nothing, so a root's child becomes nobody first.
 * @returns how it failed; neither when it did not
 */
export async function tryPowerless(
  deed: 'status' | 'open-store',
  path: string,
): Promise<{ readonly code?: string; readonly message?: string }> {
  const args = ['--import', 'tsx', SCRIPT, deed, path];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT });
  return JSON.parse(stdout);
}

/** Makes a path belong to who `tryPowerless` is. */
export async function giveToPowerless(path: string): Promise<void> {
  if (process.getuid?.() === 0) await chown(path, NOBODY, NOBODY);
}
