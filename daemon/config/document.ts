import { isMap, isNode, isPair, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { messageOf } from '../../protocols/errors.ts';
import { settableKeys } from './keys.ts';
import type { Problem } from './problem.ts';
import { isRecord, setAt, valueAt } from './tree.ts';

/** A YAML file: its values, and where each of them stands. */
export interface ConfigDocument {
  readonly file: string;
  /** Keys without a value are left out, as if they were not there. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
  /** Line of the deepest part of a path that the file has. */
  lineOf(path: readonly PropertyKey[]): number;
  has(path: readonly PropertyKey[]): boolean;
}

/** @param file as problems shall name it */
export function parseConfig(text: string, file: string): ConfigDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const problem = (line: number, text: string): Problem => ({ source: { from: 'file', file, line }, text });
  const problems = document.errors.map((error) => problem(lineAt(error.pos[0]), firstLine(error.message)));
  const root = document.contents;
  if (problems.length === 0 && root !== null && !isMap(root)) problems.push(problem(1, 'is not a mapping of keys'));
  const value =
    problems.length === 0
      ? toValue(
          () => document.toJS(),
          (text) => problems.push(problem(1, text)),
        )
      : {};
  return {
    file,
    value: isRecord(value) ? value : {},
    problems,
    lineOf: (path) => lineAt(deepest(root, path).offset),
    has: (path) => valueAt(value, path) !== undefined,
  };
}

/** Of a file that is mostly somebody else's: only the keys below a path that are known here. */
export function restrict(document: ConfigDocument, path: readonly string[]): ConfigDocument {
  const kept = settableKeys()
    .map(({ key }) => key.split('.'))
    .filter((key) => path.every((name, i) => key[i] === name) && document.has(key));
  const value: Record<string, unknown> = {};
  for (const key of kept) setAt(value, key, valueAt(document.value, key));
  return { ...document, value, has: (each) => valueAt(value, each) !== undefined };
}

/** Aliases are only followed here, and may be too many. */
function toValue(convert: () => unknown, refuse: (text: string) => void): unknown {
  try {
    return withoutNulls(convert());
  } catch (error) {
    refuse(firstLine(messageOf(error)));
    return {};
  }
}

function deepest(root: Node | null, path: readonly PropertyKey[]): { offset: number } {
  let offset = root?.range?.[0] ?? 0;
  let node: unknown = root;
  for (const part of path) {
    const next = stepInto(node, part);
    if (next === undefined) break;
    offset = next.offset;
    node = next.node;
  }
  return { offset };
}

function stepInto(node: unknown, part: PropertyKey): { node: unknown; offset: number } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    return pair && isPair(pair) && isNode(pair.key)
      ? { node: pair.value, offset: pair.key.range?.[0] ?? 0 }
      : undefined;
  }
  const items: unknown = isNode(node) && 'items' in node ? node.items : undefined;
  const item: unknown = Array.isArray(items) ? items[Number(part)] : undefined;
  return isNode(item) ? { node: item, offset: item.range?.[0] ?? 0 } : undefined;
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutNulls(each)]));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? text;
}
