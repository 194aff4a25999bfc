/**
 * Text of others (titles, labels, error messages) as it may be shown in a terminal: control characters could move the cursor,
 * colour or rename the window, and marks of direction could show a text that is not there.
 */
export function clean(text: string, keep = ''): string {
  return text.replace(UNSAFE, (character) =>
    keep.includes(character) ? character : (REPLACEMENT[character] ?? '\u{fffd}'),
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

const REPLACEMENT: Readonly<Record<string, string>> = { '\n': ' ', '\r': '', '\t': ' ', '\u2028': ' ', '\u2029': ' ' };
