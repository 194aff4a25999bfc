/** Lines from `from` to `to`, both counted, from 0. */
export interface Piece {
  readonly from: number;
  readonly to: number;
}

/** A snippet of more lines is cut where its syntax allows it. */
export const LONGEST_PIECE = 80;
/** Neighbours are joined up to so many lines: imports, constants, a comment with what it is about. */
const JOINED = 24;

/** Joins neighbours that are small; nothing is lost, and no piece that was long becomes longer. */
export function joinSmall(pieces: readonly Piece[]): Piece[] {
  const joined: Piece[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (last !== undefined && piece.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, piece.to) };
    else if (last !== undefined && piece.to - last.from < JOINED)
      joined[joined.length - 1] = { from: last.from, to: piece.to };
    else joined.push(piece);
  }
  return joined;
}

/** Without a grammar: blocks between blank lines or Markdown headings, joined to sections. */
export function blocksOf(lines: readonly string[]): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (const [index, line] of lines.entries()) {
    const isEdge = line.trim() === '' || /^#{1,6} /.test(lines[index + 1] ?? '');
    if (!isEdge && index + 1 < lines.length && index + 1 - from < LONGEST_PIECE) continue;
    pieces.push({ from, to: index });
    from = index + 1;
  }
  return joinSmall(pieces);
}
