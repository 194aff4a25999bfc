/** One tag as a browser reads it. */
export interface HtmlTag {
  /** Lower case. */
  readonly name: string;
  readonly isClosing: boolean;
  /** Everything between the name and the end. */
  readonly attributes: string;
  /** Place after the `>`. */
  readonly end: number;
}

const NAME = /<(\/?)([A-Za-z][^\s/>]*)/y;

/** The tag that begins at `from`; undefined where none does, 'open' where it never ends before `limit`. */
export function tagAt(text: string, from: number, limit: number): HtmlTag | 'open' | undefined {
  NAME.lastIndex = from;
  const [begin, slash, name] = NAME.exec(text) ?? [];
  if (begin === undefined || name === undefined) return undefined;
  const after = from + begin.length;
  const close = closeOf(text, after, limit);
  if (close === undefined) return 'open';
  return {
    name: name.toLowerCase(),
    isClosing: slash === '/',
    attributes: text.slice(after, close),
    end: close + 1,
  };
}

/** Only what follows a `=` is quoted. */
function closeOf(text: string, from: number, limit: number): number | undefined {
  for (let at = from; at < limit; at++) {
    const character = text[at];
    if (character === '>') return at;
    if (character !== '=') continue;
    while (at + 1 < limit && /\s/.test(text[at + 1] ?? '')) at += 1;
    const quote = text[at + 1];
    if (quote !== '"' && quote !== "'") continue;
    const end = text.indexOf(quote, at + 2);
    if (end < 0 || end >= limit) return undefined;
    at = end;
  }
  return undefined;
}

/** Their content is never shown. */
const UNSEEN = new Set([
  ...['script', 'style', 'template', 'noscript', 'noembed', 'noframes', 'iframe', 'object', 'applet', 'title', 'head'],
  ...['datalist', 'canvas', 'audio', 'video', 'svg', 'math', 'xml', 'metadata', 'desc'],
]);
const VOID = new Set([
  'area',
  'base',
  'br',
  'col',
  'embed',
  'hr',
  'img',
  'input',
  'link',
  'meta',
  'source',
  'track',
  'wbr',
]);
const HIDES =
  /(?:^|[\s"'/])hidden(?=[\s=/"']|$)|display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}(?:hidden|collapse)|font-size\s{0,9}:\s{0,9}0|opacity\s{0,9}:\s{0,9}0(?!\.?0{0,9}[1-9])|color\s{0,9}:\s{0,9}(?:white|transparent|#fff)|(?:width|height)\s{0,9}[:=]\s{0,9}["']?0(?![\d.])/i;

export function hidesContent({ name, attributes, isClosing }: HtmlTag): boolean {
  return !isClosing && !VOID.has(name) && (UNSEEN.has(name) || HIDES.test(attributes));
}

/** Whether an attribute may say something that nobody reads: all but a few that only place or point. */
export function saysSomething({ attributes }: HtmlTag): boolean {
  return /\b(?!(?:href|src|srcset|width|height|align|valign|open|colspan|rowspan|start|rel|target|type|media)\b)[a-z][\w-]*\s{0,9}=/i.test(
    attributes,
  );
}

/** Place after the element that the tag opens; the end of the text where it is never closed. */
export function afterElement(text: string, { name, end }: HtmlTag): number {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(name)) return end;
  const tags = new RegExp(`<(/?)${name}(?![a-z0-9-])`, 'gi');
  tags.lastIndex = end;
  for (let depth = 1, tag = tags.exec(text); tag !== null; tag = tags.exec(text)) {
    depth += tag[1] === '/' ? -1 : 1;
    if (depth > 0) continue;
    const close = text.indexOf('>', tags.lastIndex);
    return close < 0 ? text.length : close + 1;
  }
  return text.length;
}
