import type { Redact } from '../../policy/redact.ts';
import { redactJson } from '../../policy/redact.ts';
import { type Removed, tellRemoved } from '../../policy/removed.ts';
import { cleanJson, cleanPlain } from '../../policy/untrusted.ts';
import { fenced } from '../fence.ts';

/** Longest text that one call brings back, characters: about 6 000 tokens. */
export const MOST_TOLD = 24_000;

/** What was read, for the model: without what people do not see, without secrets, fenced as data; what was left out is said. */
export function toldText(
  what: string,
  text: string,
  redact: Redact,
  notes: readonly string[] = [],
  most: number = MOST_TOLD,
): string {
  const { value, removed } = cleanPlain(text);
  return told(what, redact(value), { removed, notes, most });
}

/** The same of facts; texts that GitHub shows as Markdown lose what Markdown hides. */
export function toldJson(what: string, facts: unknown, redact: Redact, notes: readonly string[] = []): string {
  const { value, removed } = cleanJson(facts);
  return told(what, JSON.stringify(redactJson(value, redact), null, 1), { removed, notes, most: MOST_TOLD });
}

interface Telling {
  readonly removed: Removed;
  readonly notes: readonly string[];
  readonly most: number;
}

function told(what: string, text: string, { removed, notes, most }: Telling): string {
  const hidden = tellRemoved(removed);
  const isCut = text.length > most;
  const said = [
    ...notes,
    ...(isCut ? [`Only the first ${most} of ${text.length} characters are shown.`] : []),
    ...(hidden === '' ? [] : [`Taken out, because people do not see it: ${hidden}.`]),
  ];
  return [...said, fenced(what, isCut ? text.slice(0, most) : text)].join('\n');
}
