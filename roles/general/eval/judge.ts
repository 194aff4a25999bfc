import { SEVERITIES, type Severity } from '../../../protocols/event.ts';
import type { Manifest } from '../../../protocols/manifest.ts';
import type { Answer } from '../../../protocols/result.ts';
import { isWorthSaying } from '../outputs/output.ts';
import type { Expectation } from './cases.ts';

/** What is wrong with an answer, in words; nothing where it is as expected. */
export function judge(
  answer: Answer,
  expect: Expectation,
  { output, labels }: Pick<Manifest, 'output' | 'labels'>,
): string[] {
  const said = textOf(answer).toLowerCase();
  const has = (wanted: string) => wanted.split('|').some((each) => said.includes(each.toLowerCase()));
  const worst = worstOf(answer);
  const { mentions = [], never = [], severityAtLeast, severityAtMost, labelOneOf, silent } = expect;
  const set = (answer.labels ?? []).filter((label) => labels.includes(label));
  return [
    ...mentions.filter((wanted) => !has(wanted)).map((wanted) => `does not mention ${wanted}`),
    ...never.filter(has).map((unwanted) => `mentions ${unwanted}`),
    ...(severityAtLeast !== undefined && rank(worst) < rank(severityAtLeast)
      ? [`its worst is ${worst ?? 'nothing'}, below ${severityAtLeast}`]
      : []),
    ...(severityAtMost !== undefined && rank(worst) > rank(severityAtMost)
      ? [`its worst is ${worst}, above ${severityAtMost}`]
      : []),
    ...(labelOneOf !== undefined && !set.some((label) => labelOneOf.includes(label))
      ? [`sets ${set.join(', ') || 'no label'}, not one of ${labelOneOf.join(', ')}`]
      : []),
    ...(silent !== undefined && silent !== isSilent(answer, output, set) ? [silent ? 'speaks' : 'is silent'] : []),
  ];
}

/** Whether nobody would see anything of it. */
function isSilent(answer: Answer, output: Manifest['output'], set: readonly string[]): boolean {
  if (output === 'label') return set.length === 0 && !isWorthSaying({ answer }, 'high');
  return !isWorthSaying({ answer }, output === 'report' ? 'info' : 'low');
}

function textOf({ summary, findings, recommendations, labels = [] }: Answer): string {
  const found = findings.flatMap(({ title, detail, where = '' }) => [title, detail, where]);
  return [summary, ...found, ...recommendations, ...labels].join('\n');
}

function worstOf({ findings }: Answer): Severity | undefined {
  return SEVERITIES.findLast((severity) => findings.some((finding) => finding.severity === severity));
}

/** Nothing found lies below everything. */
function rank(severity: Severity | undefined): number {
  return severity === undefined ? -1 : SEVERITIES.indexOf(severity);
}
