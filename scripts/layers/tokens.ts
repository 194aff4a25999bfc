/** A word, a piece of punctuation, or a literal; comments and white space are dropped. */
export interface Token {
  readonly kind: 'word' | 'punctuation' | 'string' | 'other';
  /** The text as written; of a string, what stands between its quotes. */
  readonly text: string;
  readonly line: number;
}

const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /\d[\w.]*/y;
const SPACE = /\s+/y;
const COMMENT = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|^#![^\n]*/y;
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y;
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const PUNCTUATION = /\.\.\.|\?\.|=>|[^\s\w]/uy;

/** After these words a `/` begins a regular expression; after any other word it divides. */
const BEFORE_REGEX = new Set(
  'return typeof case in of delete void throw new instanceof do else await yield'.split(' '),
);

/**
 * Splits TypeScript (without JSX) into tokens, as far as finding imports and calls needs it.
 * @throws Error when a string, template or comment does not end, rather than guess.
 */
export function readTokens(text: string): Token[] {
  const reader = new Reader(text);
  reader.readUntil(undefined);
  return reader.tokens;
}

class Reader {
  readonly tokens: Token[] = [];
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  /** Reads to the end of the text, or over the `}` that closes a template's `${`. */
  readUntil(close: '}' | undefined): void {
    let depth = 0;
    while (this.#at < this.#text.length) {
      if (this.#take(SPACE) !== undefined || this.#take(COMMENT) !== undefined) continue;
      const char = this.#text.charAt(this.#at);
      if (char === '`') {
        this.#readTemplate();
        continue;
      }
      if (char === close && depth === 0) {
        this.#at += 1;
        return;
      }
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      this.#readOne(char);
    }
    if (close !== undefined) throw new Error(`a template that begins before line ${this.#line} does not end`);
  }

  #readOne(char: string): void {
    const line = this.#line;
    if (char === '"' || char === "'") {
      const string = this.#take(STRING);
      if (string === undefined) throw new Error(`the string on line ${line} does not end`);
      this.#push('string', string.slice(1, -1), line);
      return;
    }
    if (this.#text.startsWith('/*', this.#at)) throw new Error(`the comment on line ${line} does not end`);
    const word = this.#take(WORD);
    const other = word ?? this.#take(NUMBER) ?? (this.#mayStartRegex(char) ? this.#take(REGEX) : undefined);
    if (word !== undefined) this.#push('word', word, line);
    else if (other !== undefined) this.#push('other', other, line);
    else this.#push('punctuation', this.#take(PUNCTUATION) ?? this.#skip(char), line);
  }

  #skip(char: string): string {
    this.#at += char.length;
    return char;
  }

  /** A template without `${}` counts as a string: `import(\`x\`)` is an import of x. */
  #readTemplate(): void {
    const line = this.#line;
    this.#at += 1;
    const first = this.#take(TEMPLATE_PART) ?? '';
    if (this.#text.charAt(this.#at) === '`') {
      this.#at += 1;
      this.#push('string', first, line);
      return;
    }
    this.#push('other', first, line);
    while (this.#text.startsWith('${', this.#at)) {
      this.#at += 2;
      this.readUntil('}');
      this.#push('other', this.#take(TEMPLATE_PART) ?? '', this.#line);
    }
    if (this.#text.charAt(this.#at) !== '`') throw new Error(`the template on line ${line} does not end`);
    this.#at += 1;
  }

  #mayStartRegex(char: string): boolean {
    if (char !== '/') return false;
    const before = this.tokens.at(-1);
    if (before === undefined) return true;
    if (before.kind === 'word') return BEFORE_REGEX.has(before.text);
    return before.kind === 'punctuation' && ![')', ']', '}'].includes(before.text);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#text)?.[0];
    if (taken === undefined || taken === '') return undefined;
    this.#at += taken.length;
    this.#line += taken.split('\n').length - 1;
    return taken;
  }

  #push(kind: Token['kind'], text: string, line: number): void {
    this.tokens.push({ kind, text, line });
  }
}
