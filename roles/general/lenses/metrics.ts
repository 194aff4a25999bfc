import type { Judgement, Lens } from '../rules/answer.ts';
import type { Sight } from '../rules/look.ts';
import { counted, listed, type SignalId } from '../rules/signal.ts';
import { linesOf } from '../rules/size.ts';

export const METRICS: Lens = {
  view: 'As metrics',
  cares: {
    damage: [-1, 'Look at error rate and traffic since then.'],
    performance: [1, 'Record latency at the 50th and 99th percentile for an hour before and after.'],
    'infra-files': [0, 'Compare saturation (CPU, memory, connections) before and after the new limits.'],
    'dependency-files': [0, 'Compare start time and resident memory before and after.'],
    'schema-files': [0, 'Watch duration and lock time of queries on the changed tables.'],
    'ci-files': [-1, 'Compare duration and failure rate of the pipeline with last week.'],
    size: [0, 'Watch the error rate for a day: large changes fail more often.'],
    spread: [-1, 'Watch every service that is touched, not only the first.'],
    failed: [0, 'Look at the success rate of this check over its last twenty runs.'],
    stopped: [0, 'Look at how often this check does not end.'],
    succeeded: [0],
    'deployment-failed': [0, 'Watch error rate and availability of the environment until a version holds.'],
    production: [0, 'Set a mark in the dashboards at the time of this deployment.'],
    merged: [0],
    'alert-open': [0, 'Read rate, errors, duration and saturation of the part, in this order.'],
    'alert-over': [0],
    severity: [0, 'Work out how much of the error budget this takes at its present rate.'],
    urgent: [-1, 'Ask for the figure behind the urgency.'],
    bypass: [0, 'Check that no probe or alert is switched off with it.'],
    revert: [0, 'Check that the figures return to what they were before.'],
    'direct-push': [0],
  },
  blind: 'what any signal of the running system does',
  judge,
};

/** Marks that went together with incidents elsewhere; each counts one point of ten. */
const RISKS: readonly SignalId[] = [
  'infra-files',
  'ci-files',
  'schema-files',
  'dependency-files',
  'spread',
  'code-without-tests',
  'bypass',
  'forced',
];

function judge({ has, size, about }: Sight): Judgement {
  if (about !== 'change' && about !== 'push') return {};
  const lines = linesOf(size) ?? 0;
  const present = RISKS.filter(has);
  const points = present.length + (lines >= 1_000 ? 2 : lines >= 500 ? 1 : 0);
  const because = present.length === 0 ? 'no mark of risk by path or text' : listed(present);
  const files = size.files === undefined ? '' : `, ${counted(size.files, 'file')}`;
  return {
    findings: [
      {
        severity: points >= 5 ? 'medium' : points >= 3 ? 'low' : 'info',
        title: `Risk ${Math.min(points, 10)} of 10`,
        detail: `${because}; ${counted(lines, 'changed line')} known${files}.`,
      },
    ],
    headline: `By its marks the risk is ${Math.min(points, 10)} of 10.`,
  };
}
