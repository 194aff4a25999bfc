import type { Node } from 'web-tree-sitter';
import { messageOf } from '../../protocols/errors.ts';
import type { Syntax, SyntaxProblem } from '../../roles/ports/syntax.ts';
import type { Grammars } from './grammars.ts';

/** More of them follow from the first ones. */
const MOST = 20;
const SHOWN_CHARS = 60;

/** Tree-sitter recovers from what it does not know and marks the place. */
export class GrammarSyntax implements Syntax {
  readonly #grammars: Grammars;

  constructor({ grammars }: { readonly grammars: Grammars }) {
    this.#grammars = grammars;
  }

  async problems(path: string, text: string): Promise<readonly SyntaxProblem[] | undefined> {
    // Settings of TypeScript are JSON with comments.
    if (path.endsWith('.json') && !/(^|\/)[jt]sconfig[^/]*$/.test(path)) return jsonProblems(text);
    return this.#grammars.parse(path, text, ({ rootNode }) => problemsOf(rootNode).slice(0, MOST));
  }
}

function problemsOf(node: Node): SyntaxProblem[] {
  if (!node.hasError) return [];
  if (node.isMissing) return [at(node, `${node.type} is missing`)];
  const inner = node.children.filter((child) => child !== null).flatMap(problemsOf);
  if (!node.isError) return inner;
  return [at(node, `not of the language: ${node.text.slice(0, SHOWN_CHARS).replaceAll(/\s+/g, ' ')}`), ...inner];
}

function at({ startPosition }: Node, what: string): SyntaxProblem {
  return { line: startPosition.row + 1, column: startPosition.column + 1, what };
}

function jsonProblems(text: string): SyntaxProblem[] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    return [{ line: 1, column: 1, what: messageOf(error) }];
  }
}
