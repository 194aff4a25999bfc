import type { Finding } from '../../protocols/result.ts';
import type { Redact } from '../policy/redact.ts';
import type { Analysis } from './engine.ts';
import { code, oneLine, plain } from './outgoing.ts';
import { titleOf } from './prompt.ts';

export interface Signature {
  readonly general: string;
  readonly cluster: string;
  /** Default: whatever has the form of a secret. */
  readonly redact?: Redact | undefined;
}

/** An answer as Markdown. What a model wrote is data (T7). */
export function commentOf({ answer, engine, model, degraded }: Analysis, by: Signature): string {
  const { redact } = by;
  const how =
    engine === 'model'
      ? `model ${code(model ?? 'unknown', redact)}`
      : `${engine}${degraded ? `: ${plain(degraded, redact)}` : ''}`;
  const parts = [
    `### ${titleOf(by.general)}`,
    plain(answer.summary, redact),
    answer.findings.map((finding) => findingLine(finding, redact)).join('\n'),
    answer.recommendations.map((text) => `- [ ] ${oneLine(text, redact)}`).join('\n'),
    `<sub>${code(by.general)} in ${code(by.cluster)}, by ${how}</sub>`,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function findingLine({ severity, title, detail, where }: Finding, redact?: Redact): string {
  const place = where === undefined || where === '' ? '' : ` (${code(where, redact)})`;
  return `- **${severity}** ${oneLine(title, redact)}${place}: ${oneLine(detail, redact)}`;
}
