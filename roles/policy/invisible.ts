import type { HiddenKind, Tally } from './removed.ts';

/** Code points that show nothing where they stand, first and last of each run (Unicode 16: Cf, Cc and default-ignorable). */
const RUNS: readonly (readonly [first: number, last: number, kind: HiddenKind])[] = [
  [0x0000, 0x0008, 'invisible'],
  [0x000b, 0x001f, 'invisible'],
  [0x007f, 0x009f, 'invisible'],
  [0x00ad, 0x00ad, 'invisible'],
  [0x034f, 0x034f, 'invisible'],
  [0x061c, 0x061c, 'bidi'],
  [0x115f, 0x1160, 'invisible'],
  [0x17b4, 0x17b5, 'invisible'],
  [0x180b, 0x180f, 'invisible'],
  [0x200b, 0x200d, 'invisible'],
  [0x200e, 0x200f, 'bidi'],
  [0x2028, 0x2029, 'invisible'],
  [0x202a, 0x202e, 'bidi'],
  [0x2060, 0x2065, 'invisible'],
  [0x2066, 0x2069, 'bidi'],
  [0x206a, 0x206f, 'invisible'],
  [0x3164, 0x3164, 'invisible'],
  [0xfe00, 0xfe0d, 'invisible'],
  [0xfeff, 0xfeff, 'invisible'],
  [0xffa0, 0xffa0, 'invisible'],
  [0xfff0, 0xfffb, 'invisible'],
  [0x1bca0, 0x1bca3, 'invisible'],
  [0x1d173, 0x1d17a, 'invisible'],
  [0xe0000, 0xe007f, 'tag'],
  [0xe0080, 0xe00ff, 'invisible'],
  [0xe0100, 0xe01ef, 'tag'],
  [0xe01f0, 0xe0fff, 'invisible'],
];

const PLAIN = /^[\t\n -~]*$/;
const SELECTOR = /^[\u{FE00}-\u{FE0F}]$/u;
/** The only tag characters that people see: flags of England, Scotland and Wales. */
const FLAG = /^\u{1F3F4}\u{E0067}\u{E0062}[\u{E0061}-\u{E007A}]{3}\u{E007F}$/u;
const FLAG_POINTS = 7;

/** Letters that a joiner joins or keeps apart, and pictures of which it makes one. */
const JOINED =
  /^[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Mongolian}\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u;

/** Without characters that people do not see; line ends become `\n`. Everything else stays as it is. */
export function withoutInvisible(text: string, tally: Tally): string {
  if (PLAIN.test(text)) return text;
  const points = [...text.replaceAll(/\r\n?/g, '\n')];
  const kept: string[] = [];
  for (let at = 0; at < points.length; at++) {
    const flag = points[at] === '\u{1F3F4}' ? points.slice(at, at + FLAG_POINTS).join('') : '';
    const kind = FLAG.test(flag) ? undefined : hiddenKind(points, at);
    if (FLAG.test(flag)) {
      kept.push(flag);
      at += FLAG_POINTS - 1;
    } else if (kind === undefined) kept.push(points[at] ?? '');
    else tally.add(kind);
  }
  return kept.join('');
}

function hiddenKind(points: readonly string[], at: number): HiddenKind | undefined {
  const point = points[at] ?? '';
  const code = point.codePointAt(0) ?? 0;
  // Text or picture: shown by what stands before it, and once is enough.
  if (code === 0xfe0e || code === 0xfe0f) return SELECTOR.test(points[at - 1] ?? '') ? 'invisible' : undefined;
  if ((code === 0x200c || code === 0x200d) && joins(points, at)) return undefined;
  return RUNS.find(([first, last]) => code >= first && code <= last)?.[2];
}

function joins(points: readonly string[], at: number): boolean {
  const before = points[at - 1] === '\u{FE0F}' ? points[at - 2] : points[at - 1];
  const after = points[at + 1] ?? '';
  return JOINED.test(before ?? '') && (JOINED.test(after) || after === '\u2640' || after === '\u2642');
}

/** A character that is written by its number, as Markdown and HTML show it. */
const BY_NUMBER = /&#(?:[xX]([0-9a-fA-F]{1,6})|([0-9]{1,7}));/g;

/** The same for characters written by their number. */
export function withoutNumbered(text: string, tally: Tally): string {
  return text.replace(BY_NUMBER, (written, hex?: string, decimal?: string) => {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > 0x10ffff) return written;
    return withoutInvisible(String.fromCodePoint(code), tally) === '' ? '' : written;
  });
}
