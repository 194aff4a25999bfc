import type { Answer, Finding } from '../../protocols/result.ts';
import type { Redact } from '../policy/redact.ts';
import type { Analysis } from './engine.ts';
import { code, oneLine, plain } from './outgoing.ts';
import { titleOf } from './prompt.ts';

export interface Signature {
  readonly general: string;
  readonly cluster: string;
  /** For people. Default: that of the shipped general of that name. */
  readonly title?: string | undefined;
  /** Default: whatever has the form of a secret. */
  readonly redact?: Redact | undefined;
}

/** An answer as Markdown. What a model wrote is data (T7). */
export function commentOf(analysis: Analysis, by: Signature): string {
  return joined([headOf(by), bodyOf(analysis.answer, by.redact), footerOf(analysis, by)]);
}

export function headOf({ general, title = titleOf(general), redact }: Signature): string {
  return `### ${oneLine(title, redact)}`;
}

export function bodyOf({ summary, findings, recommendations }: Omit<Answer, 'confidence'>, redact?: Redact): string {
  return joined([
    plain(summary, redact),
    findings.map((finding) => findingLine(finding, redact)).join('\n'),
    recommendations.map((text) => `- [ ] ${oneLine(text, redact)}`).join('\n'),
  ]);
}

/** Who says it, and how it came to it: rules never pass for a model. */
export function footerOf({ engine, model, degraded }: Omit<Analysis, 'answer' | 'usage'>, by: Signature): string {
  const { redact } = by;
  const how =
    engine === 'model'
      ? `model ${code(model ?? 'unknown', redact)}`
      : `${engine}${degraded ? `: ${plain(degraded, redact)}` : ''}`;
  return `<sub>${code(by.general, redact)} in ${code(by.cluster, redact)}, by ${how}</sub>`;
}

export function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('\n\n');
}

function findingLine({ severity, title, detail, where, line }: Finding, redact?: Redact): string {
  const place = where === undefined || where === '' ? '' : line === undefined ? where : `${where}:${line}`;
  const told = place === '' ? '' : ` (${code(place, redact)})`;
  return `- **${severity}** ${oneLine(title, redact)}${told}: ${oneLine(detail, redact)}`;
}
