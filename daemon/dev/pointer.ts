import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DevPointer, devPointerFile, readDevPointer } from '../cli/dev-pointer.ts';

/** Leaves word where this mesh's sockets are, so that commands in a checkout find them without being told. */
export async function rememberDev(pointer: Omit<DevPointer, 'pid'>): Promise<void> {
  const file = devPointerFile();
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, JSON.stringify({ pid: process.pid, ...pointer }), { mode: 0o600 });
}

/** Takes back this process's word only: another mesh may have left its own since. */
export async function forgetDev(): Promise<void> {
  if ((await readDevPointer())?.pid === process.pid) await rm(devPointerFile(), { force: true });
}
