import { readTokens, type Token } from './tokens.ts';

/** What a file takes from elsewhere, in whatever way it says so. */
export interface SourceFile {
  /** Path from the repository's root, with `/`. */
  readonly file: string;
  readonly imports: readonly Import[];
  /** Ambient clocks, timers and dice the file uses, such as `Date.now`; see `AMBIENT`. */
  readonly ambient: readonly Use[];
}

export interface Import {
  /** What stands between the quotes; undefined when it is computed at run time. */
  readonly specifier: string | undefined;
  readonly line: number;
}

export interface Use {
  readonly name: string;
  readonly line: number;
}

/** Names, as tokens, through which time, chance and the outside come in without a port. */
const AMBIENT = [
  'Date . now',
  'Date ( )',
  'Math . random',
  'performance . now',
  'performance . timeOrigin',
  'process . hrtime',
  'process . nextTick',
  'AbortSignal . timeout',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'randomBytes',
  'randomFill',
  'randomFillSync',
  'randomInt',
  'randomUUID',
  'getRandomValues',
  'globalThis',
].map((name) => name.split(' '));

/** Ambient also behind a dot, as members of node:crypto; a port's `clock.setTimeout` is not. */
const AMBIENT_MEMBERS = /^(random|getRandom)/;

/** Calls whose first argument names a module. */
const LOADERS = new Set(['import', 'require', 'getBuiltinModule']);

/** @throws Error when the text cannot be split into tokens */
export function readSource(file: string, text: string): SourceFile {
  const tokens = readTokens(text);
  const at = tokens.map((_, index) => index);
  return {
    file,
    imports: at.flatMap((index) => importAt(tokens, index) ?? []),
    ambient: at.flatMap((index) => ambientAt(tokens, index) ?? []),
  };
}

function importAt(tokens: readonly Token[], index: number): Import | undefined {
  const token = tokens[index];
  if (token?.kind !== 'word') return undefined;
  const next = tokens[index + 1];
  const isMember = isDot(tokens[index - 1]);
  if (LOADERS.has(token.text) && next?.text === '(' && !(isMember && token.text !== 'getBuiltinModule')) {
    return loaderAt(tokens, index);
  }
  if (isMember) return undefined;
  if (token.text === 'import' && next?.kind === 'string') return { specifier: next.text, line: token.line };
  if (token.text === 'import' || token.text === 'export') return clauseAt(tokens, index);
  return undefined;
}

/** `import(…)`, as a value or a type, and `require(…)`; a declaration such as `require(id: string)` is none. */
function loaderAt(tokens: readonly Token[], index: number): Import | undefined {
  const [argument, after] = [tokens[index + 2], tokens[index + 3]];
  const line = tokens[index]?.line ?? 0;
  if (argument?.kind === 'string' && [')', ','].includes(after?.text ?? '')) return { specifier: argument.text, line };
  const declares = argument?.text === ')' || (argument?.kind === 'word' && [':', '?'].includes(after?.text ?? ''));
  return declares ? undefined : { specifier: undefined, line };
}

/** `import x, { y as z } from 'm'`, `import * as x from 'm'`, `export { x } from 'm'`, `export * from 'm'`, with or without `type`. */
function clauseAt(tokens: readonly Token[], index: number): Import | undefined {
  const start = tokens[index + 1]?.text === 'type' ? index + 2 : index + 1;
  if (tokens[index]?.text === 'export' && !['{', '*'].includes(tokens[start]?.text ?? '')) return undefined;
  for (let end = start; end < tokens.length; end += 1) {
    const [token, next] = [tokens[end], tokens[end + 1]];
    if (token?.text === 'from' && next?.kind === 'string') {
      return { specifier: next.text, line: tokens[index]?.line ?? 0 };
    }
    if (!isClausePart(token) || (token?.text === '}' && next?.text !== 'from')) return undefined;
  }
  return undefined;
}

function isClausePart(token: Token | undefined): boolean {
  return token?.kind === 'word' || token?.kind === 'string' || ['{', '}', ',', '*'].includes(token?.text ?? '');
}

function ambientAt(tokens: readonly Token[], index: number): Use | undefined {
  const isOwnMember = isDot(tokens[index - 1]) && !AMBIENT_MEMBERS.test(tokens[index]?.text ?? '');
  if (isOwnMember || tokens[index]?.kind !== 'word') return undefined;
  const found = AMBIENT.find((name) => name.every((part, offset) => tokens[index + offset]?.text === part));
  return found && { name: found.join(''), line: tokens[index]?.line ?? 0 };
}

function isDot(token: Token | undefined): boolean {
  return token?.text === '.' || token?.text === '?.';
}
