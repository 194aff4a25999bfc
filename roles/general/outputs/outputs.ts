import type { CheckBody, LabelBody } from '../../../protocols/effect-bodies.ts';
import type { OutputKind } from '../../../protocols/manifest.ts';
import type { Finding } from '../../../protocols/result.ts';
import type { Analysis } from '../engine.ts';
import type { Stage } from '../loop/stage.ts';
import { oneLine } from '../outgoing.ts';
import { bodyOf, commentOf, footerOf, headOf, joined } from '../result-comment.ts';
import { numberedThing } from '../tools/site.ts';
import type { Intent } from '../tools/tool.ts';
import { isWorthSaying, type Output, signatureOf } from './output.ts';
import { releaseNoteOutputs } from './release-note.ts';
import { type LineRemark, reviewBody } from './review.ts';

type Show = (analysis: Analysis, stage: Stage) => Promise<readonly Output[]>;

/** Name of the one answer of a finished task among its effects. */
const RESULT = 'result';

/** How each kind of output is shown. A general with nothing to say shows nothing. */
export const OUTPUTS: Readonly<Record<OutputKind, Show>> = {
  comment: async (analysis, stage) => (isWorthSaying(analysis, 'low') ? commentOutputs(analysis, stage) : []),
  // Figures are worth knowing by themselves.
  report: async (analysis, stage) => (isWorthSaying(analysis, 'info') ? commentOutputs(analysis, stage) : []),
  'release-note': releaseNoteOutputs,
  review: async (analysis, stage) => (isWorthSaying(analysis, 'low') ? reviewOutputs(analysis, stage) : []),
  'check-run': async (analysis, stage) => checkRunOutputs(analysis, stage),
  label: async (analysis, stage) => [
    ...labelOutputs(analysis, stage),
    ...(isWorthSaying(analysis, 'high') ? commentOutputs(analysis, stage) : []),
  ],
};

function commentOutputs(analysis: Analysis, stage: Stage): Output[] {
  const intent = commentIntent(analysis, stage);
  return intent === undefined ? [] : [{ name: RESULT, intent }];
}

function commentIntent(analysis: Analysis, stage: Stage): Intent | undefined {
  const target = targetOf(stage);
  return target && { kind: 'comment', target, body: commentOf(analysis, signatureOf(stage)) };
}

async function reviewOutputs(analysis: Analysis, stage: Stage): Promise<readonly Output[]> {
  const { site } = stage;
  const at = numberedThing(site);
  const target = targetOf(stage);
  const { sha, redact } = site;
  if (at === undefined || target === undefined || !site.isPullRequest || sha === undefined) {
    return commentOutputs(analysis, stage);
  }
  const by = signatureOf(stage);
  const { findings, ...rest } = analysis.answer;
  const remarks = findings.flatMap(remarkOf);
  const others = findings.filter((finding) => remarkOf(finding).length === 0);
  // Only for lines: without any, nothing is asked.
  const files = remarks.length === 0 ? [] : (await site.forge?.changedFiles(at, site.signal))?.items;
  const head = joined([headOf(by), bodyOf({ ...rest, findings: others }, site.redact)]);
  const body = reviewBody({ head, remarks, files, sha, redact, footer: footerOf(analysis, by) });
  return [{ name: RESULT, intent: { kind: 'review', target, body }, instead: commentIntent(analysis, stage) }];
}

function remarkOf({ severity, title, detail, where, line }: Finding): LineRemark[] {
  if (where === undefined || line === undefined) return [];
  return [{ path: where, line, text: `**${severity}** ${title}: ${detail}` }];
}

function checkRunOutputs(analysis: Analysis, stage: Stage): Output[] {
  const { site } = stage;
  const instead = isWorthSaying(analysis, 'low') ? commentIntent(analysis, stage) : undefined;
  if (site.sha === undefined || site.repository === '') return instead ? [{ name: RESULT, intent: instead }] : [];
  const by = signatureOf(stage);
  const body: CheckBody = {
    name: by.general,
    conclusion: conclusionOf(analysis),
    title: oneLine(titleOf(analysis), site.redact),
    summary: joined([bodyOf(analysis.answer, site.redact), footerOf(analysis, by)]),
  };
  const target = { repository: site.repository, sha: site.sha };
  return [{ name: RESULT, intent: { kind: 'check-run', target, body }, instead }];
}

/** A check that fails may stop a merge: only what a model is sure of does. */
function conclusionOf(analysis: Analysis): CheckBody['conclusion'] {
  if (!isWorthSaying(analysis, 'medium')) return 'success';
  const isSure = analysis.engine === 'model' && analysis.answer.confidence >= 0.5;
  return isSure && isWorthSaying(analysis, 'high') ? 'failure' : 'neutral';
}

function titleOf({ answer }: Analysis): string {
  const worst = answer.findings[0];
  return worst === undefined ? 'Nothing found' : `${worst.severity}: ${worst.title}`.slice(0, 200);
}

/** Where somebody has set one of its labels already, theirs stays. */
function labelOutputs({ answer }: Analysis, stage: Stage): Output[] {
  const { manifest, scene } = stage;
  const target = targetOf(stage);
  const { pullRequest, issue } = scene.event.data;
  const set = pullRequest?.labels ?? issue?.labels ?? [];
  if (target === undefined || set.some((label) => manifest.labels.includes(label))) return [];
  const add = [...new Set(answer.labels ?? [])].filter((label) => manifest.labels.includes(label));
  const body: LabelBody = { add };
  return add.length === 0 ? [] : [{ name: 'labels', intent: { kind: 'label', target, body } }];
}

function targetOf({ site: { repository, number, since } }: Stage) {
  return number === undefined || repository === '' ? undefined : { repository, number, since };
}
