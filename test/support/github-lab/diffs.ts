import type { BareRepository } from './bare-repository.ts';
import type { DiffEntry } from './shapes.ts';

const STATUS: Readonly<Record<string, DiffEntry['status']>> = {
  A: 'added',
  D: 'removed',
  M: 'modified',
  T: 'changed',
  R: 'renamed',
  C: 'copied',
};
/** https://docs.github.com/repositories/creating-and-managing-repositories/repository-limits: no larger diff of one file is shown. */
const PATCH_BYTES = 1_000_000;
const PATCH_LINES = 20_000;
/** https://docs.github.com/rest/pulls/pulls#list-pull-requests-files */
const MOST_FILES = 3_000;

/** What changed from one commit to another, as GitHub lists it: of binary and of very large files without the patch. */
export async function changedFiles(of: BareRepository, url: string, base: string, head: string): Promise<DiffEntry[]> {
  const options = ['--find-renames', '--no-color', '--no-ext-diff', base, head];
  const raw = (await of.git(['diff', '--raw', '--no-abbrev', '-z', ...options])).toString().split('\0');
  const counts = countsOf((await of.git(['diff', '--numstat', '-z', ...options])).toString().split('\0'));
  const patches = (await of.git(['diff', ...options])).toString().split(/^(?=diff --git )/m);
  const files: DiffEntry[] = [];
  for (let i = 0; i + 1 < raw.length && files.length < MOST_FILES; ) {
    const [, , , sha = '', letter = ''] = (raw[i++] ?? '').split(' ');
    const status = STATUS[letter[0] ?? ''] ?? 'changed';
    const isMoved = status === 'renamed' || status === 'copied';
    const previous = isMoved ? raw[i++] : undefined;
    const filename = raw[i++] ?? '';
    const [additions = 0, deletions = 0] = counts.get(filename) ?? [];
    const patch = patchOf(patches[files.length] ?? '');
    files.push({
      sha: status === 'removed' ? null : sha,
      filename,
      status,
      additions,
      deletions,
      changes: additions + deletions,
      blob_url: `${url}/${of.name}/blob/${head}/${filename}`,
      raw_url: `${url}/${of.name}/raw/${head}/${filename}`,
      contents_url: `${url}/repos/${of.name}/contents/${encodeURIComponent(filename)}?ref=${head}`,
      ...(patch !== undefined && { patch }),
      ...(previous !== undefined && { previous_filename: previous }),
    });
  }
  return files;
}

/** `added TAB removed TAB path NUL`, of a rename `added TAB removed TAB NUL old NUL new NUL`; dashes for a binary file. */
function countsOf(parts: readonly string[]): Map<string, readonly [number, number]> {
  const counts = new Map<string, readonly [number, number]>();
  for (let i = 0; i + 1 < parts.length; ) {
    const [added = '', removed = '', path = ''] = (parts[i++] ?? '').split('\t');
    if (path === '') i += 2;
    const name = path === '' ? (parts[i - 1] ?? '') : path;
    counts.set(name, [Number(added) || 0, Number(removed) || 0]);
  }
  return counts;
}

function patchOf(text: string): string | undefined {
  const start = text.search(/^@@ /m);
  if (start === -1) return undefined;
  const patch = text.slice(start).replace(/\n$/, '');
  return patch.length > PATCH_BYTES || patch.split('\n').length > PATCH_LINES ? undefined : patch;
}

/** Lines of a patch that a comment may be on, new ones (`RIGHT`) and old ones (`LEFT`). */
export function linesOf(patch: string): { RIGHT: Set<number>; LEFT: Set<number> } {
  const lines = { RIGHT: new Set<number>(), LEFT: new Set<number>() };
  let left = 0;
  let right = 0;
  for (const line of patch.split('\n')) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line);
    if (hunk !== null) {
      left = Number(hunk[1]);
      right = Number(hunk[2]);
    } else if (!line.startsWith('\\')) {
      if (!line.startsWith('+')) lines.LEFT.add(left++);
      if (!line.startsWith('-')) lines.RIGHT.add(right++);
    }
  }
  return lines;
}
