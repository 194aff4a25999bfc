/** A part of a Markdown text that is read in one way. `to` is its end, the line end included. */
export interface Chunk {
  readonly kind: 'code' | 'html' | 'text';
  readonly from: number;
  readonly to: number;
}

/** Only at the very beginning of a line: there nothing else can have it be less than a fence but an HTML block. */
const FENCE = /(`{3,}(?=[^`\n]*(?:\n|$))|~{3,})([^\n]*)/y;
/** Also within quotes and lists. */
const HTML = /[ \t>*+\-\d.)]*<[A-Za-z/!?]/y;
const BLANK = /[ \t]*(?:\n|$)/y;

/** HTML blocks that do not end at a blank line (CommonMark 0.31.2, section 4.6, kinds 1 to 5). */
const ENDS: readonly (readonly [begin: RegExp, end: RegExp])[] = [
  [/[ \t>*+\-\d.)]*<!--/y, /-->/g],
  [/[ \t>*+\-\d.)]*<\?/y, /\?>/g],
  [/[ \t>*+\-\d.)]*<!\[CDATA\[/y, /\]\]>/g],
  [/[ \t>*+\-\d.)]*<![A-Za-z]/y, />/g],
  [/[ \t>*+\-\d.)]*<(?:script|pre|style|textarea)(?=[\s>]|$)/iy, /<\/(?:script|pre|style|textarea)>/gi],
];

/** The chunk that begins at the line `from`. Where it is not sure that people see code, it is not called code. */
export function chunkAt(text: string, from: number): Chunk {
  const fence = matchAt(FENCE, text, from);
  if (fence !== undefined) return { kind: 'code', from, to: afterFence(text, from, fence[1] ?? '') };
  if (matchAt(HTML, text, from) !== undefined) return { kind: 'html', from, to: afterHtml(text, from) };
  let to = nextLine(text, from);
  while (to < text.length && !begins(text, to)) to = nextLine(text, to);
  return { kind: 'text', from, to };
}

/** Whether something else than a paragraph going on begins there. */
function begins(text: string, line: number): boolean {
  return [BLANK, FENCE, HTML].some((form) => matchAt(form, text, line) !== undefined);
}

function afterFence(text: string, from: number, fence: string): number {
  const close = new RegExp(`^ {0,3}${fence[0] === '~' ? '~' : '`'}{${fence.length},}[ \\t]*$`, 'gm');
  close.lastIndex = nextLine(text, from);
  const found = close.lastIndex < text.length ? close.exec(text) : null;
  return found === null ? text.length : nextLine(text, found.index);
}

function afterHtml(text: string, from: number): number {
  for (const [begin, end] of ENDS) {
    const begun = matchAt(begin, text, from);
    if (begun === undefined) continue;
    // `<!-->` is a whole comment.
    end.lastIndex = from + begun[0].length - (begun[0].endsWith('--') ? 2 : 0);
    const ended = end.exec(text);
    return ended === null ? text.length : nextLine(text, ended.index);
  }
  let to = nextLine(text, from);
  while (to < text.length && matchAt(BLANK, text, to) === undefined) to = nextLine(text, to);
  return to;
}

function nextLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end + 1;
}

export function matchAt(form: RegExp, text: string, at: number): RegExpExecArray | undefined {
  form.lastIndex = at;
  return form.exec(text) ?? undefined;
}
