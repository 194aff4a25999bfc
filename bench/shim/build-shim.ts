import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Compiles `slow-sync.c` into the directory and says how a process gets it. Wants a C compiler (`cc`) and Linux. */
export async function buildSlowSync(dir: string, ms: number): Promise<Readonly<Record<string, string>>> {
  const library = join(dir, 'slow-sync.so');
  const source = join(import.meta.dirname, 'slow-sync.c');
  await promisify(execFile)('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl']);
  return { LD_PRELOAD: library, SLOW_SYNC_MS: String(ms) };
}
