import * as z from 'zod';
import { chunkDiff, type DiffPart, leftOutNote } from '../../policy/diff-chunks.ts';
import type { ChangedFile, Listed } from '../../ports/forge.ts';
import { diffLines } from './diff-lines.ts';
import { reading } from './read-tools.ts';
import { numberedThing, type Site } from './site.ts';
import { toldText } from './told.ts';

/** Of a diff, in tokens; numbers of lines come to it. */
const PART_TOKENS = 4_000;
/** Characters of a part with its numbers, where every line is as short as lines can be: nothing of it is cut. */
const PART_CHARS = 80_000;
/** More parts than anybody asks for; what finds no room in them is told. */
const MOST_PARTS = 100;

export const READ_DIFF = reading(
  'Reads the change that the event is about as a diff, the most telling files first, with the line numbers of the new version before each line. A large one comes in parts.',
  z.strictObject({ part: z.int().min(1).max(MOST_PARTS).optional() }),
  async ({ part = 1 }, site, forge) => {
    const { items, cut } = await changedFilesOf(site, forge);
    if (items.length === 0) return { refusal: 'The forge shows no changed files here.' };
    const { chunks, leftOut } = chunkDiff(items, { tokensEach: PART_TOKENS, most: MOST_PARTS });
    const chunk = chunks[part - 1];
    if (chunk === undefined && part > 1) return { refusal: `There are only ${chunks.length} parts.` };
    const notes = [
      `Part ${part} of ${Math.max(1, chunks.length)}; ${items.length} files.`,
      ...(cut ? ['The forge did not list all files.'] : []),
    ];
    // Names of files are texts of others as well.
    const note = leftOutNote(leftOut);
    const text = [...(chunk?.parts ?? []).map(numberedPart), ...(note === undefined ? [] : [note])];
    return toldText('DIFF', text.join('\n\n'), site.redact, notes, PART_CHARS);
  },
);

function numberedPart({ path, patch }: DiffPart): string {
  const lines = diffLines(patch).map(({ text, line }) => `${String(line ?? '').padStart(6)} ${text}`);
  return `=== ${path}\n${lines.join('\n')}`;
}

async function changedFilesOf(site: Site, forge: NonNullable<Site['forge']>): Promise<Listed<ChangedFile>> {
  const at = numberedThing(site);
  if (at !== undefined && site.isPullRequest) return forge.changedFiles(at, site.signal);
  if (site.sha === undefined) return { items: [], cut: false };
  const { repository, sha } = site;
  const { files } = await forge.compare({ repository, base: `${sha}~1`, head: sha }, site.signal);
  return files;
}
