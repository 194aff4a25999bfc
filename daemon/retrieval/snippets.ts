import type { Snippet } from '../../roles/ports/retrieval.ts';
import type { Piece } from './pieces.ts';
import { wordsOf } from './words.ts';

/** What of a hit is shown: enough to see what the file is about, little enough for twenty hits in one prompt. */
const MOST_SNIPPETS = 3;
const MOST_LINES = 120;

/**
 * The pieces of a file that a question is about, in the order of the file. A word counts the more the fewer pieces have it; without
 * any match the first piece stands for the file.
 */
export function chooseSnippets(
  lines: readonly string[],
  pieces: readonly Piece[],
  question: ReadonlySet<string>,
): Snippet[] {
  const scored = scorePieces(lines, pieces, question);
  const chosen: Piece[] = [];
  let room = MOST_LINES;
  for (const { piece, score } of scored) {
    const length = piece.to - piece.from + 1;
    if (chosen.length === MOST_SNIPPETS || (chosen.length > 0 && (score === 0 || length > room))) continue;
    chosen.push(piece);
    room -= length;
  }
  return chosen.sort((a, b) => a.from - b.from).map((piece) => snippetOf(lines, piece));
}

function scorePieces(lines: readonly string[], pieces: readonly Piece[], question: ReadonlySet<string>) {
  const found = pieces.map((piece) => {
    const words = new Set(wordsOf(lines.slice(piece.from, piece.to + 1).join('\n')));
    return [...question].filter((word) => words.has(word));
  });
  const counts = new Map<string, number>();
  for (const word of found.flat()) counts.set(word, (counts.get(word) ?? 0) + 1);
  const weight = (word: string) => Math.log(1 + pieces.length / (counts.get(word) ?? 1));
  return pieces
    .map((piece, index) => ({ piece, score: (found[index] ?? []).reduce((sum, word) => sum + weight(word), 0) }))
    .sort((a, b) => b.score - a.score);
}

function snippetOf(lines: readonly string[], { from, to }: Piece): Snippet {
  const last = Math.min(to, from + MOST_LINES - 1);
  return { from: from + 1, to: last + 1, text: lines.slice(from, last + 1).join('\n') };
}
