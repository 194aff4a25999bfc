import { maskSecrets, type Redact } from '../policy/redact.ts';

/**
 * What a model wrote, as Markdown that is only text (T7): it names nobody, so that nobody is notified by it; it opens no HTML; no
 * image is fetched and no link hides where it leads, so that nothing leaves through an address; no secret is in it.
 */
export function plain(text: string, redact: Redact = maskSecrets): string {
  return redact(text)
    .replaceAll('<', '&lt;')
    .replaceAll(/([@#])(?=[\p{L}\p{N}])/gu, `$1${SPLIT}`)
    .replaceAll('![', `!${SPLIT}[`)
    .replaceAll(/\](?=[([:])/g, `]${SPLIT}`)
    .trim();
}

/** Of no width: it keeps `@name`, `#7` and `](…)` from being more than text, and people see no difference. */
const SPLIT = '\u200b';

export function oneLine(text: string, redact?: Redact): string {
  return plain(text, redact).replaceAll(/\s*\n\s*/g, ' ');
}

export function code(text: string, redact: Redact = maskSecrets): string {
  return `\`${redact(text).replaceAll(/[`\n]/g, ' ')}\``;
}
