import { afterElement, type HtmlTag, hidesContent, saysSomething, tagAt } from './html-tag.ts';
import { type Chunk, chunkAt, matchAt } from './markdown-chunks.ts';
import { definitionAt, linkTailAt } from './markdown-links.ts';
import { type Marks, marksOf } from './paragraph-marks.ts';
import type { Tally } from './removed.ts';

/**
 * A Markdown text as GitHub shows it, still Markdown: without comments, tags, texts of images, titles, hidden elements and
 * definitions. In doubt something goes that could be seen; what cannot be seen never stays. Linear in the length of the text.
 */
export function withoutHidden(text: string, tally: Tally): string {
  return new Reader(text, tally).read();
}

const SPECIAL = /[\\`<!\]\n]/g;
const AUTOLINK = /<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[\w.!#$%&'*+/=?^`{|}~-]{1,100}@[\w.-]{1,250})>/y;
const PUNCTUATION = /[!-/:-@[-`{-~]/;
/** A first word names the language; nothing else of that line is shown. */
const LANGUAGE = /^[ \t]*([\w+#.-]{0,40})([^\n]*)/;
/** What tags that never end may cost together, in lengths of the text. */
const OPEN_TAGS = 20;

class Reader {
  readonly #text: string;
  readonly #tally: Tally;
  readonly #out: string[] = [];
  #at = 0;
  /** Characters gone through for tags that turned out to have no end. */
  #wasted = 0;
  /** Where the next end of each kind lies. */
  readonly #nexts = new Map<string, number>();
  #footnotes: ReadonlySet<string> | undefined;

  constructor(text: string, tally: Tally) {
    this.#text = text;
    this.#tally = tally;
  }

  read(): string {
    while (this.#at < this.#text.length) {
      const chunk = chunkAt(this.#text, this.#at);
      if (chunk.kind === 'code') this.#code(chunk);
      else this.#marked(chunk);
    }
    return this.#out.join('');
  }

  #code({ from, to }: Chunk): void {
    const fence = /^(?:`+|~+)/.exec(this.#text.slice(from, to))?.[0] ?? '';
    const [whole = '', language = '', rest = ''] = LANGUAGE.exec(this.#text.slice(from + fence.length, to)) ?? [];
    if (rest.trim() !== '') this.#tally.add('attribute');
    this.#out.push(fence, language, this.#text.slice(from + fence.length + whole.length, to));
    this.#at = to;
  }

  /** Whatever is taken out may reach beyond the end of the chunk; then the next one begins there. */
  #marked(chunk: Chunk): void {
    const { kind, to } = chunk;
    const marks = kind === 'text' ? marksOf(this.#text, this.#at, to) : undefined;
    if (marks !== undefined) this.#definitions(marks, to);
    while (this.#at < to) {
      SPECIAL.lastIndex = this.#at;
      const next = Math.min(SPECIAL.exec(this.#text)?.index ?? to, to);
      this.#at = this.#keep(next);
      if (next === to) return;
      this.#at = this.#special(this.#text[next] ?? '', to, marks);
      if (marks !== undefined && this.#text[next] === '\n') this.#definitions(marks, to);
    }
  }

  /** Each of these writes what stays of what begins here, and tells where to go on. */
  #special(character: string, to: number, marks: Marks | undefined): number {
    const next = this.#text[this.#at + 1] ?? '';
    if (character === '<') return this.#html(to, marks !== undefined);
    if (marks === undefined) return this.#keep(this.#at + 1);
    if (character === '\\') return this.#keep(this.#at + (PUNCTUATION.test(next) ? 2 : 1));
    if (character === '`') return this.#codeSpan(marks, to);
    if (character === '!' && next === '[') return this.#image(marks, to);
    if (character === ']' && next === '(') return this.#link(to);
    return this.#keep(this.#at + 1);
  }

  #keep(to: number): number {
    this.#out.push(this.#text.slice(this.#at, to));
    return to;
  }

  #skip(to: number, kind: 'comment' | 'element' | 'instruction'): number {
    this.#tally.add(kind);
    return to;
  }

  #codeSpan(marks: Marks, to: number): number {
    let end = this.#at;
    while (this.#text[end] === '`') end += 1;
    return this.#keep(Math.min(marks.afterCode(this.#at, end - this.#at) ?? end, to));
  }

  #image(marks: Marks, to: number): number {
    const close = marks.closeOf(this.#at + 1);
    if (close === undefined) return this.#keep(this.#at + 2);
    const tail = linkTailAt(this.#text, close + 1, to);
    const reference = this.#text[close + 1] === '[' ? marks.closeOf(close + 1) : undefined;
    if (`${this.#text.slice(this.#at + 2, close)}${tail?.title ?? ''}`.trim() !== '') this.#tally.add('image');
    this.#out.push(IMAGE);
    return tail?.end ?? (reference ?? close) + 1;
  }

  #link(to: number): number {
    const tail = linkTailAt(this.#text, this.#at + 1, to);
    if (tail === undefined) return this.#keep(this.#at + 1);
    if (tail.title.trim() !== '') this.#tally.add('title');
    this.#out.push(`](${tail.address})`);
    return tail.end;
  }

  /** All definitions that begin at the line here. */
  #definitions(marks: Marks, to: number): void {
    while (this.#at < to) {
      const definition = definitionAt(this.#text, this.#at, marks.closeOf);
      if (definition === undefined || (definition.isFootnote && this.#isReferredTo(definition.label))) return;
      this.#tally.add('definition');
      this.#at = definition.end;
      if (this.#text[this.#at] === '\n') this.#at = this.#keep(this.#at + 1);
    }
  }

  #isReferredTo(label: string): boolean {
    this.#footnotes ??= new Set(
      [...this.#text.matchAll(/\[(\^[^\]\s]{1,100})\](?!:)/g)].map((match) => match[1] ?? ''),
    );
    return this.#footnotes.has(label);
  }

  #html(to: number, isParagraph: boolean): number {
    const link = isParagraph ? matchAt(AUTOLINK, this.#text, this.#at) : undefined;
    if (link !== undefined) return this.#keep(this.#at + link[0].length);
    const begin = this.#text.slice(this.#at, this.#at + 9);
    if (/^<(?:[!?]|\/(?![A-Za-z]))/.test(begin)) return this.#declaration(begin, to, isParagraph);
    const limit = OPEN_TAGS * this.#text.length;
    if (this.#wasted > limit) return this.#skip(this.#text.length, 'instruction');
    const tag = tagAt(this.#text, this.#at, to);
    if (tag === undefined) return this.#keep(this.#at + 1);
    if (tag !== 'open') return this.#tag(tag);
    this.#wasted += to - this.#at;
    // A paragraph shows it as it stands; in HTML it swallows whatever follows.
    return isParagraph ? this.#keep(this.#at + 1) : this.#skip(this.#text.length, 'instruction');
  }

  #tag(tag: HtmlTag): number {
    if (hidesContent(tag)) return this.#skip(afterElement(this.#text, tag), 'element');
    if (tag.name === 'br') this.#out.push('\n');
    if (tag.name === 'img' || tag.name === 'image') {
      if (/\b(?:alt|title|aria-[\w-]+)\s{0,9}=/i.test(tag.attributes)) this.#tally.add('image');
      this.#out.push(IMAGE);
    } else if (saysSomething(tag)) this.#tally.add('attribute');
    return tag.end;
  }

  /** Looked for once as long as it lies ahead, or openings without an end would cost the square of their number. */
  #next(close: string, from: number): number {
    const known = this.#nexts.get(close);
    if (known !== undefined && known >= from) return known;
    const found = this.#text.indexOf(close, from);
    const next = found < 0 ? Number.POSITIVE_INFINITY : found;
    this.#nexts.set(close, next);
    return next;
  }

  /** Comments, declarations, processing instructions, and end tags without a name. */
  #declaration(begin: string, to: number, isParagraph: boolean): number {
    const isComment = begin.startsWith('<!--');
    const close = CLOSES.find(([opening]) => begin.startsWith(opening))?.[1] ?? '>';
    const found = this.#next(close, this.#at + 2);
    const isClosed = found < to;
    if (!isClosed && isParagraph) return this.#keep(this.#at + 1);
    return this.#skip(isClosed ? found + close.length : this.#text.length, isComment ? 'comment' : 'instruction');
  }
}

/** It says that there is one, and nothing of what its text says. */
const IMAGE = '[image]';
const CLOSES = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const;
