import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { devPointerFile } from '../cli/dev-pointer.ts';

/** Leaves word where this mesh's sockets are, so that commands in a checkout find them without being told. */
export async function rememberDev(sockets: Readonly<Record<string, string>>): Promise<void> {
  const file = devPointerFile();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify({ pid: process.pid, sockets }), { mode: 0o600 });
}

export async function forgetDev(): Promise<void> {
  await rm(devPointerFile(), { force: true });
}
