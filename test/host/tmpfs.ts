import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needRoot, runTool } from './need.ts';

const ADVICE = 'In a container it also takes CAP_SYS_ADMIN (docker run --privileged).';

/**
 * A file system of its own for as long as `body` runs.
 * @param options as `mount -o` takes them, like `size=2m` or `ro`
 * @param body gets its folder, and what mounts it anew with other options
 */
export async function onTmpfs(
  options: string,
  body: (dir: string, remount: (options: string) => void) => Promise<void>,
): Promise<void> {
  needRoot('mounting a file system');
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-tmpfs-'));
  try {
    runTool('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], { advice: ADVICE });
    try {
      await body(dir, (changed) => runTool('mount', ['-o', `remount,${changed}`, dir]));
    } finally {
      runTool('umount', [dir]);
    }
  } finally {
    await rm(dir, { recursive: true });
  }
}
