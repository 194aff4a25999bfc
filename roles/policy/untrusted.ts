import { withoutHidden } from './hidden-markdown.ts';
import { withoutInvisible, withoutNumbered } from './invisible.ts';
import { type Removed, Tally } from './removed.ts';

/** A text as people see it, and what was taken out of it. */
export interface Cleaned<T = string> {
  readonly value: T;
  readonly removed: Removed;
}

/**
 * A Markdown text of somebody else without what its readers do not see: comments, invisible and direction characters, texts and
 * titles of images and links, hidden elements and attributes, definitions. Who steers an agent has to do so before everybody's eyes (T7).
 */
export function cleanMarkdown(text: string): Cleaned {
  const tally = new Tally();
  return { value: markdown(text, tally), removed: tally.removed };
}

/** A text that is shown as it stands: a title, the name of a branch, code, a patch. Only characters that show nothing go. */
export function cleanPlain(text: string): Cleaned {
  const tally = new Tally();
  return { value: withoutInvisible(text, tally), removed: tally.removed };
}

/** Fields that GitHub shows as Markdown. */
const MARKDOWN_FIELDS: ReadonlySet<string> = new Set(['body', 'summary', 'description']);

/** Every text within a JSON value, names of fields included; those of the fields that are shown as Markdown as such. */
export function cleanJson(value: unknown): Cleaned<unknown> {
  const tally = new Tally();
  return { value: cleaned(value, false, tally), removed: tally.removed };
}

function cleaned(value: unknown, isMarkdown: boolean, tally: Tally): unknown {
  if (typeof value === 'string') return isMarkdown ? markdown(value, tally) : withoutInvisible(value, tally);
  if (Array.isArray(value)) return value.map((each) => cleaned(each, isMarkdown, tally));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      withoutInvisible(name, tally),
      cleaned(each, MARKDOWN_FIELDS.has(name), tally),
    ]),
  );
}

/** Structure before characters: what only looks like a comment once characters are gone is seen by everybody. */
function markdown(text: string, tally: Tally): string {
  const lines = text.replaceAll(/\r\n?/g, '\n');
  return withoutInvisible(withoutNumbered(withoutHidden(lines, tally), tally), tally);
}
