import type { Node } from 'web-tree-sitter';
import type { Grammars } from './grammars.ts';
import { blocksOf, joinSmall, LONGEST_PIECE, type Piece } from './pieces.ts';

/** Cuts a file where its syntax does: whole functions and classes where they are short enough, else their parts. */
export async function cutFile(grammars: Grammars, path: string, text: string): Promise<Piece[]> {
  const byGrammar = await grammars.parse(path, text, ({ rootNode }) => joinSmall(cutNode(rootNode)));
  return byGrammar === undefined || byGrammar.length === 0 ? blocksOf(text.split('\n')) : byGrammar;
}

function cutNode(node: Node): Piece[] {
  const piece = pieceOf(node);
  if (piece.to - piece.from < LONGEST_PIECE) return [piece];
  const children = node.namedChildren.filter((child) => child !== null);
  const inner = children.flatMap(cutNode);
  if (inner.length === 0) return [piece];
  // What stands before the first part, such as the head of a class, belongs to it.
  const [first, ...rest] = inner;
  return first === undefined ? [piece] : [{ from: Math.min(piece.from, first.from), to: first.to }, ...rest];
}

function pieceOf({ startPosition, endPosition }: Node): Piece {
  // A node that ends with its line ends at column 0 of the next.
  const to = endPosition.column === 0 && endPosition.row > startPosition.row ? endPosition.row - 1 : endPosition.row;
  return { from: startPosition.row, to };
}
