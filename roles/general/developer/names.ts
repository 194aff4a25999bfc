import type { Plan } from './form.ts';

/** Long enough to be told apart, short enough for a line. */
const SLUG_CHARS = 40;
const SUBJECT_CHARS = 72;
const BODY_CHARS = 3_000;

/**
 * `feature/7-retry-limits`. Only the number tells branches apart; of the title, which anybody may have written, nothing but letters and digits
 * of ASCII is left.
 */
export function branchName(kind: Plan['kind'], number: number, title: string): string {
  const words = title
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : `${slug}-${word}`;
    if (longer.length > SLUG_CHARS) break;
    slug = longer;
  }
  const name = slug || (words[0] ?? '').slice(0, SLUG_CHARS);
  return name === '' ? `${kind}/${number}` : `${kind}/${number}-${name}`;
}

/**
 * The model's message as a commit has it: one line, a blank one, the rest. Taken out: control and direction characters, and whatever the forge or
 * git would act on: lines like `Co-authored-by:`, skipping of checks, closing of issues, and people called by name.
 */
export function commitMessage(text: string, issue: number): string {
  const [first = '', ...rest] = harmless(text).trim().split('\n');
  const subject = shorten(first.trim(), SUBJECT_CHARS) || `Work on issue ${issue}`;
  const body = rest
    .filter((line) => !/^[A-Za-z][A-Za-z-]*(-by|-to|-in|-for):/i.test(line.trim()))
    .join('\n')
    .trim();
  return [subject, shorten(body, BODY_CHARS), `Refs #${issue}`].filter((part) => part !== '').join('\n\n');
}

const UNSEEN = /[\p{Cc}\p{Cf}]/gu;
const SKIPS = /\[\s*(skip ci|ci skip|no ci|skip actions|actions skip|skip-checks)\s*\]|skip-checks:\s*true/gi;
const CLOSES = /\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?)(:?\s+)((?:[\w.-]+\/[\w.-]+)?#\d+|https?:\/\/\S+)/gi;

function harmless(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(UNSEEN, (character) => (character === '\n' || character === '\t' ? character : ''))
    .replaceAll(SKIPS, '')
    .replaceAll(CLOSES, (_, verb: string) => `${verb} an issue`)
    .replaceAll(/(^|[^\w`])@(?=[A-Za-z0-9])/g, '$1');
}

function shorten(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most
    ? text
    : `${characters
        .slice(0, most - 1)
        .join('')
        .trimEnd()}…`;
}
