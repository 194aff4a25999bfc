import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Language, Parser, type Tree } from 'web-tree-sitter';

/** Ending of a path → grammar of @vscode/tree-sitter-wasm. */
const GRAMMARS: Readonly<Record<string, string>> = {
  ...{ ts: 'typescript', mts: 'typescript', cts: 'typescript', tsx: 'tsx' },
  ...{ js: 'javascript', mjs: 'javascript', cjs: 'javascript', jsx: 'javascript' },
  ...{ py: 'python', go: 'go', rs: 'rust', java: 'java', rb: 'ruby', php: 'php', cs: 'c-sharp' },
  ...{ c: 'cpp', h: 'cpp', cc: 'cpp', cpp: 'cpp', hpp: 'cpp', sh: 'bash', bash: 'bash', css: 'css', ps1: 'powershell' },
};

/** Where a release keeps the grammars; in the repository they lie in their package. */
const RELEASED = fileURLToPath(new URL('../../grammars/', import.meta.url));

export function grammarOf(path: string): string | undefined {
  const name = GRAMMARS[path.slice(path.lastIndexOf('.') + 1).toLowerCase()];
  return path.includes('.') ? name : undefined;
}

/** Parsers, each loaded when a file first wants it. WebAssembly keeps what it parsed until it is told to forget: see `parse`. */
export class Grammars {
  #started: Promise<void> | undefined;
  readonly #parsers = new Map<string, Promise<Parser>>();

  /** Calls `use` with the tree of a text; undefined when no grammar is known for the path. The tree is gone afterwards. */
  async parse<T>(path: string, text: string, use: (tree: Tree) => T): Promise<T | undefined> {
    const grammar = grammarOf(path);
    if (grammar === undefined) return undefined;
    const tree = (await this.#parser(grammar)).parse(text);
    if (tree === null) return undefined;
    try {
      return use(tree);
    } finally {
      tree.delete();
    }
  }

  #parser(grammar: string): Promise<Parser> {
    const known = this.#parsers.get(grammar);
    if (known !== undefined) return known;
    const parser = this.#load(grammar);
    this.#parsers.set(grammar, parser);
    return parser;
  }

  async #load(grammar: string): Promise<Parser> {
    this.#started ??= Parser.init({ locateFile: () => fileOf('web-tree-sitter/web-tree-sitter.wasm') });
    await this.#started;
    const parser = new Parser();
    return parser.setLanguage(await Language.load(fileOf(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`)));
  }
}

function fileOf(specifier: string): string {
  if (existsSync(RELEASED)) return join(RELEASED, specifier.slice(specifier.lastIndexOf('/') + 1));
  return fileURLToPath(import.meta.resolve(specifier));
}
