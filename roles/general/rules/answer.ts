import type { MeshEvent, Severity } from '../../../protocols/event.ts';
import type { Answer, Finding } from '../../../protocols/result.ts';
import { maskSecrets } from '../../policy/redact.ts';
import { nameOf } from '../subject.ts';
import { look, type Sight } from './look.ts';
import { isWorse, SIGNALS, type Signal, type SignalId, shiftSeverity } from './signal.ts';

/** How many steps a general rates a signal higher or lower than its neighbours do, and what it advises. */
export type Care = readonly [shift: number, advice?: string];

/** How one general looks at what the rules see. */
export interface Lens {
  /** `As code review: …` */
  readonly view: string;
  /** What it cares for; other signals are left out. */
  readonly cares: Readonly<Partial<Record<SignalId, Care>>> | 'everything';
  /** What nobody can tell without a model or a person. */
  readonly blind: string;
  /** What it makes of the whole beyond single signals. */
  readonly judge?: (sight: Sight) => Judgement;
}

export interface Judgement {
  /** One sentence for the summary. */
  readonly headline?: string;
  readonly findings?: readonly Finding[];
  readonly recommendations?: readonly string[];
  /** Labels it would set. */
  readonly labels?: readonly string[];
}

const MOST_FINDINGS = 10;
const MOST_RECOMMENDATIONS = 6;

/** An answer of fixed rules. It says so in its first sentence, and rates its own certainty low. */
export function answerThrough(lens: Lens, event: MeshEvent): Answer {
  const sight = look(event);
  const cared = sight.signals
    .flatMap((signal) => caredFor(lens, signal))
    .sort((a, b) => worstFirst(a.finding, b.finding));
  const { headline, findings = [], recommendations = [], labels } = lens.judge?.(sight) ?? {};
  const all = [...cared.map(({ finding }) => finding), ...findings].sort(worstFirst);
  const advice = cared.flatMap(({ advice: each }) => each);
  return masked({
    summary: [opening(event), verdict(lens, all), headline].filter(Boolean).join(' '),
    findings: all.slice(0, MOST_FINDINGS),
    recommendations: [
      ...[...new Set([...recommendations, ...advice])].slice(0, MOST_RECOMMENDATIONS),
      `Rules cannot see ${lens.blind}: let a person or a model look at that.`,
    ],
    confidence: confidenceOf(sight),
    ...(labels && { labels: [...labels] }),
  });
}

/** A name of a branch or of a file can hold a secret as well. */
function masked({ summary, findings, recommendations, ...rest }: Answer): Answer {
  return {
    summary: maskSecrets(summary),
    findings: findings.map(({ severity, title, detail, where }) => ({
      severity,
      title: maskSecrets(title),
      detail: maskSecrets(detail),
      ...(where !== undefined && { where: maskSecrets(where) }),
    })),
    recommendations: recommendations.map(maskSecrets),
    ...rest,
  };
}

interface Cared {
  readonly finding: Finding;
  readonly advice: readonly string[];
}

/** What is only worth knowing asks for nothing. A general without words of its own gives the common advice. */
function caredFor({ cares }: Lens, { id, severity: base, ...rest }: Signal): Cared[] {
  const care: Care | undefined = cares === 'everything' ? [0] : cares[id];
  if (care === undefined) return [];
  const [shift, advice = SIGNALS[id]] = care;
  const severity = shiftSeverity(base, shift);
  return [{ finding: { severity, ...rest }, advice: severity === 'info' ? [] : [advice] }];
}

function worstFirst(a: Finding, b: Finding): number {
  return a.severity === b.severity ? 0 : isWorse(a.severity, b.severity) ? -1 : 1;
}

function opening(event: MeshEvent): string {
  const where = event.repository === '' ? '' : ` in ${event.repository}`;
  return `No model was used: these are observations of fixed rules. It is about the ${nameOf(event)}${where} (${event.kind}, by ${event.actor}).`;
}

function verdict({ view }: Lens, findings: readonly Finding[]): string {
  const counts = new Map<Severity, number>();
  for (const { severity } of findings) counts.set(severity, (counts.get(severity) ?? 0) + 1);
  const grave = [...counts]
    .filter(([severity]) => severity !== 'info')
    .map(([severity, count]) => `${count} ${severity}`);
  const worst = findings[0];
  if (worst === undefined) return `${view}: the rules see nothing here.`;
  if (grave.length === 0) return `${view}: nothing stands out.`;
  return `${view}: ${grave.join(', ')}; first of all: ${lowerFirst(worst.title)}.`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Rules are sure of what they count and know nothing of what it means: never more than a half. */
function confidenceOf({ about, paths, event }: Sight): number {
  const base = paths.length > 0 ? 0.5 : about === 'other' ? 0.2 : 0.35;
  return event.data.truncated === undefined ? base : base / 2;
}
