import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Takes back what a power cut would have taken: every file below `dir` is cut to its length at its last sync, as the
 * journal of power-cut.c tells. A file that was never synced keeps its name and loses its content.
 * Returns how many bytes were taken, so that a test can show that something was.
 */
export function takeBackUnsynced(dir: string, journalFile: string): number {
  const synced = replay(readFileSync(journalFile, 'utf8'));
  let taken = 0;
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const keep = synced.get(path) ?? 0;
    const size = statSync(path).size;
    if (size <= keep) continue;
    truncateSync(path, keep);
    taken += size - keep;
  }
  return taken;
}

/** Path → bytes that are safe. */
export function replay(journal: string): Map<string, number> {
  const synced = new Map<string, number>();
  for (const line of journal.split('\n')) {
    const sync = /^S (\d+) (.+)$/.exec(line);
    if (sync) synced.set(sync[2] ?? '', Number(sync[1]));
    const rename = /^R (.+)\t(.+)$/.exec(line);
    if (rename) move(synced, rename[1] ?? '', rename[2] ?? '');
  }
  return synced;
}

function move(synced: Map<string, number>, from: string, to: string): void {
  const length = synced.get(from);
  synced.delete(from);
  if (length !== undefined) synced.set(to, length);
}
