import { lstat, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';

/** Where the running `mindmesh dev` of this user can be reached: it writes this file, other commands read it. */
export const DevPointerSchema = z.object({
  pid: z.int().positive().optional(),
  /** Name of the node → its socket. */
  sockets: z.record(z.string(), z.string()),
  /** For `emit`. */
  webhook: z.object({ url: z.string(), secretFile: z.string() }).optional(),
});
export type DevPointer = z.infer<typeof DevPointerSchema>;

type Env = Readonly<Record<string, string | undefined>>;

export function devPointerFile(env: Env = process.env): string {
  return join(env.XDG_RUNTIME_DIR || tmpdir(), `mindmesh-${process.getuid?.() ?? 'user'}`, 'dev.json');
}

/** Undefined when no dev mesh runs, or when somebody else could have written the file: /tmp is everybody's. */
export async function readDevPointer(env: Env = process.env): Promise<DevPointer | undefined> {
  const file = devPointerFile(env);
  try {
    if (!(await isOwn(dirname(file))) || !(await isOwn(file))) return undefined;
    const pointer = DevPointerSchema.parse(JSON.parse(await readFile(file, 'utf8')));
    return pointer.pid === undefined || isAlive(pointer.pid) ? pointer : undefined;
  } catch {
    // Not there, half written or of another version: as good as none, and the caller says what it looked for.
    return undefined;
  }
}

async function isOwn(path: string): Promise<boolean> {
  const { uid, mode } = await lstat(path);
  return process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    // Gone, or by now the number of somebody else's process.
    return false;
  }
}
