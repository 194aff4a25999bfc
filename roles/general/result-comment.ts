import type { Finding } from '../../protocols/result.ts';
import { maskSecrets } from '../policy/redact.ts';
import type { Analysis } from './engine.ts';
import { titleOf } from './prompt.ts';

/**
 * An answer as Markdown. What a model wrote is data (T7): it names nobody, so that nobody is notified by it, and opens no HTML.
 */
export function commentOf(
  { answer, engine, model, degraded }: Analysis,
  by: { readonly general: string; readonly cluster: string },
): string {
  const how =
    engine === 'model' ? `model ${code(model ?? 'unknown')}` : `${engine}${degraded ? `: ${plain(degraded)}` : ''}`;
  const parts = [
    `### ${titleOf(by.general)}`,
    plain(answer.summary),
    answer.findings.map(findingLine).join('\n'),
    answer.recommendations.map((text) => `- [ ] ${oneLine(text)}`).join('\n'),
    `<sub>${code(by.general)} in ${code(by.cluster)}, by ${how}</sub>`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function findingLine({ severity, title, detail, where }: Finding): string {
  const place = where === undefined || where === '' ? '' : ` (${code(where)})`;
  return `- **${severity}** ${oneLine(title)}${place}: ${oneLine(detail)}`;
}

function oneLine(text: string): string {
  return plain(text).replaceAll(/\s*\n\s*/g, ' ');
}

/** A zero-width space keeps `@name` and `#7` from being links that tell somebody. */
function plain(text: string): string {
  return maskSecrets(text)
    .replaceAll('<', '&lt;')
    .replaceAll(/([@#])(?=[\p{L}\p{N}])/gu, '$1\u200b')
    .trim();
}

function code(text: string): string {
  return `\`${maskSecrets(text).replaceAll(/[`\n]/g, ' ')}\``;
}
