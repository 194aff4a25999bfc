import { hunksOf, isChanged, piecesOf, tokensOf } from './diff-hunks.ts';
import { type DiffFile, type MadeBy, madeBy, rankFiles } from './diff-rank.ts';

export interface ChunkOptions {
  /** Room for one chunk. */
  readonly tokensEach: number;
  /** No more chunks than these; what finds no room is told in `leftOut`. */
  readonly most: number;
}

/** Some hunks of one file, with line numbers that are right. */
export interface DiffPart {
  readonly path: string;
  readonly patch: string;
}

export interface DiffChunk {
  readonly parts: readonly DiffPart[];
  readonly tokens: number;
}

/** beyond-budget: there was no room · no-diff: binary, only renamed, or too large for the forge · line-too-long: a line alone is larger than a chunk. */
export type WhyLeftOut = MadeBy | 'no-diff' | 'beyond-budget' | 'line-too-long';

export interface LeftOut {
  readonly path: string;
  readonly why: WhyLeftOut;
  /** Changed lines that nobody read. */
  readonly lines: number;
}

export interface ChunkedDiff {
  readonly chunks: readonly DiffChunk[];
  /** In the order of rank. A file of which only a part found room is in both. */
  readonly leftOut: readonly LeftOut[];
}

/** Name of the file and marks around a part. */
const PART_TOKENS = 20;

/**
 * A diff in chunks of a size, the most telling files first. Files are cut between hunks, hunks between lines. Nothing is dropped in
 * silence: each changed line is in a chunk, or its file is in `leftOut`, with how many and why.
 */
export function chunkDiff(files: readonly DiffFile[], { tokensEach, most }: ChunkOptions): ChunkedDiff {
  const chunks: { parts: DiffPart[]; tokens: number }[] = [];
  const leftOut: LeftOut[] = [];
  const place = (part: DiffPart): boolean => {
    const tokens = tokensOf(part.patch) + PART_TOKENS;
    const last = chunks.at(-1);
    if (last !== undefined && last.tokens + tokens <= tokensEach) {
      last.parts.push(part);
      last.tokens += tokens;
      return true;
    }
    if (chunks.length >= most) return false;
    chunks.push({ parts: [part], tokens });
    return true;
  };
  for (const file of rankFiles(files)) {
    const { path, patch, additions, deletions } = file;
    const made = madeBy(path);
    const why = made ?? (patch === undefined ? 'no-diff' : undefined);
    if (why !== undefined) {
      leftOut.push({ path, why, lines: additions + deletions });
      continue;
    }
    const { parts, tooLong } = partsOf(file, tokensEach - PART_TOKENS);
    if (tooLong > 0) leftOut.push({ path, why: 'line-too-long', lines: tooLong });
    const lines = parts.filter((part) => !place(part)).reduce((sum, part) => sum + changedLines(part.patch), 0);
    if (lines > 0) leftOut.push({ path, why: 'beyond-budget', lines });
  }
  return { chunks, leftOut };
}

/** What people are told was not read, most telling first; undefined when everything was. */
export function leftOutNote(leftOut: readonly LeftOut[], shown = 10): string | undefined {
  if (leftOut.length === 0) return undefined;
  const named = leftOut.slice(0, shown).map(({ path, why, lines }) => `${path} (${why}, ${lines} lines)`);
  const rest = leftOut.length - named.length;
  return `Not read: ${named.join(', ')}${rest > 0 ? `, and ${rest} more` : ''}.`;
}

/** Whole hunks together as long as they fit; a larger hunk in pieces. */
function partsOf({ path, patch = '' }: DiffFile, room: number): { parts: DiffPart[]; tooLong: number } {
  const parts: DiffPart[] = [];
  let tooLong = 0;
  let patches: string[] = [];
  let tokens = 0;
  const end = () => {
    if (patches.length > 0) parts.push({ path, patch: patches.join('\n') });
    patches = [];
    tokens = 0;
  };
  for (const hunk of hunksOf(patch)) {
    const pieces = piecesOf(hunk, room);
    tooLong += pieces.tooLong;
    for (const piece of pieces.texts) {
      const more = tokensOf(`${piece}\n`);
      if (tokens + more > room) end();
      patches.push(piece);
      tokens += more;
    }
  }
  end();
  return { parts, tooLong };
}

function changedLines(patch: string): number {
  return patch.split('\n').filter(isChanged).length;
}
