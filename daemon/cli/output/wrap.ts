/** A text as lines of at most `width` characters, broken at spaces; a longer word has a line of its own. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ').filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The same behind a mark: the lines below the first stand as far to the right as it does. */
export function hanging(mark: string, markLength: number, text: string, width: number): string[] {
  const lines = wrap(text, Math.max(30, width - markLength));
  return lines.map((line, i) => (i === 0 ? mark : ' '.repeat(markLength)) + line);
}
