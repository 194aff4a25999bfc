import { digestOf } from '../../protocols/ids.ts';

/**
 * A text of somebody else between two marks whose digest depends on that very text and cannot be foreseen by who wrote it: what
 * lies between them is data (T7).
 *
 * @param what one word in capitals that says what it is, ours
 */
export function fenced(what: string, text: string): string {
  const mark = digestOf([what, text], 16);
  return `<<<${what} ${mark}\n${text}\n${what} ${mark}>>>`;
}
