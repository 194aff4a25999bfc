import * as z from 'zod';
import type { ChangedFile } from '../../ports/forge.ts';
import { diffLines } from './diff-lines.ts';
import { NO_NUMBER, reading } from './read-tools.ts';
import { numberedThing, type Site } from './site.ts';
import { MOST_TOLD, toldText } from './told.ts';

/** Room for what is said around a part. */
const PART_CHARS = MOST_TOLD - 500;

/** What a reader should see first; within one class the larger change. */
const CLASSES: readonly RegExp[] = [
  /(?:^|\/)(?:\.github|deploy|infra|charts?|migrations?)\/|(?:^|\/)Dockerfile/,
  /\.(?:ts|tsx|js|jsx|mjs|cjs|py|go|rs|java|kt|rb|php|c|cc|cpp|h|cs|swift|scala|sh|sql)$/,
  /./,
  /(?:^|\/)(?:tests?|__tests__|spec)\/|[._](?:test|spec)\./,
  /\.(?:md|mdx|rst|txt)$|(?:^|\/)docs?\//,
  /(?:^|\/)(?:dist|vendor|node_modules)\/|\.min\.|\.(?:lock|snap|svg)$|(?:^|\/)(?:package-lock\.json|yarn\.lock|go\.sum)$/,
];

function rankOf({ path }: ChangedFile): number {
  const late = CLASSES.findLastIndex((form, index) => index > 2 && form.test(path));
  return late >= 0 ? late : CLASSES.findIndex((form) => form.test(path));
}

export function rankedFiles(files: readonly ChangedFile[]): readonly ChangedFile[] {
  const size = ({ additions, deletions }: ChangedFile) => additions + deletions;
  return files.toSorted((a, b) => rankOf(a) - rankOf(b) || size(b) - size(a) || a.path.localeCompare(b.path));
}

/** The diff in parts, the most telling files first, cut between lines: nothing is left out. */
export function diffParts(files: readonly ChangedFile[]): readonly string[] {
  const parts: string[] = [];
  let part = '';
  for (const file of rankedFiles(files)) {
    let header = headerOf(file);
    for (const { text, line } of file.patch === undefined ? [{ text: NO_PATCH }] : diffLines(file.patch)) {
      const written = `${header}${String(line ?? '').padStart(6)} ${text.slice(0, PART_CHARS / 2)}\n`;
      header = '';
      if (part !== '' && part.length + written.length > PART_CHARS) {
        parts.push(part);
        part = written.startsWith('\n=== ') ? '' : `\n=== ${file.path} (goes on)\n`;
      }
      part += written;
    }
  }
  return part === '' ? parts : [...parts, part];
}

const NO_PATCH = '(no diff: binary, renamed only, or too large for the forge)';

function headerOf({ path, previousPath, status, additions, deletions }: ChangedFile): string {
  const from = previousPath === undefined ? '' : `, was ${previousPath}`;
  return `\n=== ${path} (${status}, +${additions} -${deletions}${from})\n`;
}

export const READ_DIFF = reading(
  'Reads the change that the event is about as a diff, the most telling files first, with the line numbers of the new version before each line. A large one comes in parts.',
  z.strictObject({ part: z.int().min(1).max(1_000).optional() }),
  async ({ part = 1 }, site, forge) => {
    const { items, cut } = await changedFilesOf(site, forge);
    if (items.length === 0)
      return site.number === undefined && site.sha === undefined ? NO_NUMBER : { refusal: 'Nothing was changed.' };
    const parts = diffParts(items);
    const text = parts[part - 1];
    if (text === undefined) return { refusal: `There are only ${parts.length} parts.` };
    const notes = [
      `Part ${part} of ${parts.length}; ${items.length} files.`,
      ...(cut ? ['The forge did not list all files.'] : []),
    ];
    return toldText('DIFF', text, site.redact, notes);
  },
);

async function changedFilesOf(site: Site, forge: NonNullable<Site['forge']>) {
  const at = numberedThing(site);
  if (at !== undefined && site.isPullRequest) return forge.changedFiles(at, site.signal);
  if (site.sha === undefined) return { items: [], cut: false };
  const { repository, sha } = site;
  const { files } = await forge.compare({ repository, base: `${sha}~1`, head: sha }, site.signal);
  return files;
}
