import { matchAt } from './markdown-chunks.ts';

/** What follows the text of a link: `(address "title")`. */
export interface LinkTail {
  readonly address: string;
  readonly title: string;
  readonly end: number;
}

const ADDRESS = /\([ \t\n]{0,99}(<[^<>\n]*>|[^\s()<]*(?:\([^\s()]*\)[^\s()]*)*)/y;
const TITLE = /[ \t\n]{1,99}("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\))/y;
const CLOSE = /[ \t\n]{0,99}\)/y;

export function linkTailAt(text: string, at: number, limit: number): LinkTail | undefined {
  const address = matchAt(ADDRESS, text, at);
  if (address === undefined) return undefined;
  const after = at + address[0].length;
  const title = matchAt(TITLE, text, after);
  for (const told of title === undefined ? [undefined] : [title, undefined]) {
    const from = after + (told?.[0].length ?? 0);
    const close = matchAt(CLOSE, text, from);
    if (close !== undefined && from + close[0].length <= limit) {
      return { address: address[1] ?? '', title: told?.[1]?.slice(1, -1) ?? '', end: from + close[0].length };
    }
  }
  return undefined;
}

const LABEL = /[ \t>*+\-\d.)]*\[/y;
const DESTINATION = /[ \t]*\n?[ \t>]*(?:<[^<>\n]*>|[^\s<]\S*)/y;
const DEFINED_TITLE =
  /(?:[ \t]+|[ \t]*\n[ \t>]*)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\))[ \t]*(?=\n|$)/y;
const REST = /[ \t]*(?=\n|$)/y;

/** A definition `[label]: address "title"` at the beginning of a line, or a footnote's. */
export interface Definition {
  readonly isFootnote: boolean;
  readonly label: string;
  readonly end: number;
}

/** `closeOf` tells where the bracket that opens at a place is closed. */
export function definitionAt(
  text: string,
  line: number,
  closeOf: (open: number) => number | undefined,
): Definition | undefined {
  const begin = matchAt(LABEL, text, line);
  if (begin === undefined) return undefined;
  const open = line + begin[0].length - 1;
  const close = closeOf(open);
  if (close === undefined || text[close + 1] !== ':') return undefined;
  const label = text.slice(open + 1, close);
  if (label.startsWith('^')) return { isFootnote: true, label, end: lineEnd(text, close) };
  const destination = matchAt(DESTINATION, text, close + 2);
  if (destination === undefined) return undefined;
  const after = close + 2 + destination[0].length;
  const title = matchAt(DEFINED_TITLE, text, after);
  if (title !== undefined && !/\n[ \t]*\n/.test(title[0])) {
    return { isFootnote: false, label, end: after + title[0].length };
  }
  const rest = matchAt(REST, text, after);
  return rest === undefined ? undefined : { isFootnote: false, label, end: after + rest[0].length };
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
