/** A part of a file's diff: lines as unified diffs have them, and where they begin in the old file and in the new one. */
export interface Hunk {
  readonly left: number;
  readonly right: number;
  readonly lines: readonly string[];
}

/** Code has about so many characters a token; few, so that the guess is rather too high. */
const CHARS_PER_TOKEN = 3;

export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARS_PER_TOKEN);
}

const HUNK = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/;

export function hunksOf(patch: string): Hunk[] {
  const hunks: { left: number; right: number; lines: string[] }[] = [];
  for (const line of patch.split('\n')) {
    const head = HUNK.exec(line);
    if (head !== null) hunks.push({ left: Number(head[1]), right: Number(head[2]), lines: [] });
    else hunks.at(-1)?.lines.push(line);
  }
  return hunks;
}

/** A hunk as texts of at most `room` tokens, each with a header that is right; lines larger than that are left out and counted. */
export function piecesOf({ left, right, lines }: Hunk, room: number): { texts: string[]; tooLong: number } {
  const texts: string[] = [];
  let tooLong = 0;
  let piece: string[] = [];
  let at = { left, right };
  const next = { left, right };
  let chars = 0;
  const roomChars = (room - HEADER_TOKENS) * CHARS_PER_TOKEN;
  const end = () => {
    if (piece.some(isChanged)) texts.push(pieceText(piece, at));
    piece = [];
    chars = 0;
    at = { ...next };
  };
  for (const line of lines) {
    const isTooLong = line.length + 1 > roomChars;
    if (isTooLong || chars + line.length + 1 > roomChars) end();
    if (!line.startsWith('+') && !line.startsWith('\\')) next.left++;
    if (!line.startsWith('-') && !line.startsWith('\\')) next.right++;
    if (isTooLong) {
      at = { ...next };
      if (isChanged(line)) tooLong++;
    } else {
      piece.push(line);
      chars += line.length + 1;
    }
  }
  end();
  return { texts, tooLong };
}

/** `@@ -123456,1234 +123456,1234 @@`. */
const HEADER_TOKENS = 12;

function pieceText(lines: readonly string[], { left, right }: { left: number; right: number }): string {
  const old = lines.filter((line) => !line.startsWith('+') && !line.startsWith('\\')).length;
  const young = lines.filter((line) => !line.startsWith('-') && !line.startsWith('\\')).length;
  return [`@@ -${left},${old} +${right},${young} @@`, ...lines].join('\n');
}

export function isChanged(line: string): boolean {
  return line.startsWith('+') || line.startsWith('-');
}
