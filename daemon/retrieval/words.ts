import { stem } from './stem.ts';

/** Runs of letters and digits of any script; `_`, `-`, `/` and signs stand between words. */
const IDENTIFIER = /[\p{L}\p{N}]+/gu;
/** Within one: `HTTPServer` → HTTP Server, `fooBar` → foo Bar, `sha256` → sha 256. */
const SEAM = /(?<=[\p{Ll}\p{N}])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})|(?<=\p{L})(?=\p{N})|(?<=\p{N})(?=\p{L})/u;
/** Longer ones are hashes, keys and encoded bytes, which nobody asks for. */
const LONGEST = 40;

/**
 * The words of code and of prose in one form, so that `retry limits`, `retryLimit` and `retry_limit` meet: identifiers are cut at
 * their seams and stemmed. An identifier of several words is there as a whole as well.
 */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const [run] of text.matchAll(IDENTIFIER)) {
    if (run.length > LONGEST) continue;
    const parts = run.split(SEAM);
    for (const part of parts) if (part.length > 1) words.push(stem(part.toLowerCase()));
    if (parts.length > 1) words.push(run.toLowerCase());
  }
  return words;
}
