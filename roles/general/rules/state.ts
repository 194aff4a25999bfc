import type { Association, MeshEvent, Severity } from '../../../protocols/event.ts';
import { counted, listed, type Signal, signal } from './signal.ts';

const NEWCOMERS: ReadonlySet<Association> = new Set<Association>(['FIRST_TIMER', 'FIRST_TIME_CONTRIBUTOR', 'NONE']);

/** How much a label says; the first that fits counts. Labels are the project's own words, so only common ones are known. */
const LABELS: readonly (readonly [RegExp, Severity])[] = [
  [/\b(?:p0|sev-?0|blocker|outage|incident)\b/i, 'critical'],
  [/\b(?:p1|sev-?1|critical|urgent|security|vulnerability|data[ -]loss)\b/i, 'high'],
  [/\b(?:p2|sev-?2|bug|regression|breaking|high|hotfix|do[ -]not[ -]merge|needs-clarification)\b/i, 'medium'],
  [/\b(?:enhancement|feature|performance|ready-for-dev|dependencies|ci|infra\w*)\b/i, 'low'],
];

/** Who acts, and what state the thing is in. */
export function stateSignals(event: MeshEvent): Signal[] {
  return [...actorSignals(event), ...pullRequestSignals(event), ...labelSignals(event), ...reviewSignals(event)];
}

function actorSignals({ actor, actortype, authorassociation, hops, data, repository }: MeshEvent): Signal[] {
  const signals: Signal[] = [];
  if (NEWCOMERS.has(authorassociation)) {
    const detail = `The author's association with ${repository} is ${authorassociation}.`;
    signals.push(signal('outsider', 'low', 'The author has not contributed before', detail, 'authorassociation'));
  }
  const from = data.pullRequest?.head.repository;
  if (from !== undefined && from !== repository) {
    signals.push(signal('fork', 'low', 'The change comes from a fork', `From ${from} to ${repository}.`, 'head'));
  }
  if (actortype === 'bot') signals.push(signal('bot', 'info', 'A bot acts', `The actor is ${actor}.`, 'actor'));
  if (hops > 0) {
    const detail = `${counted(hops, 'automated step')} lie between a person and this event.`;
    signals.push(signal('automated', hops > 1 ? 'medium' : 'low', 'Automation caused it', detail, 'hops'));
  }
  return signals;
}

function pullRequestSignals({ data, kind }: MeshEvent): Signal[] {
  const { pullRequest, defaultBranch } = data;
  if (pullRequest === undefined) return [];
  const { draft, merged, state, reviewers, base } = pullRequest;
  const signals: Signal[] = [];
  if (draft) signals.push(signal('draft', 'info', 'It is a draft', 'Its author has not called it ready.', 'draft'));
  if (merged) signals.push(signal('merged', 'info', 'It is merged', `Into ${base.ref}.`, 'base'));
  else if (state === 'closed' || kind === 'pr_closed') {
    signals.push(
      signal('closed-unmerged', 'info', 'It was closed without being merged', 'Nothing of it went in.', 'state'),
    );
  }
  if (!merged && state === 'open' && reviewers?.length === 0 && !draft) {
    signals.push(
      signal('no-reviewers', 'low', 'Nobody was asked to review', 'The list of reviewers is empty.', 'reviewers'),
    );
  }
  if (base.ref !== '' && base.ref === defaultBranch) {
    signals.push(signal('default-target', 'info', 'It goes to the main branch', `The target is ${base.ref}.`, 'base'));
  }
  return signals;
}

function labelSignals({ data }: MeshEvent): Signal[] {
  const thing = data.pullRequest ?? data.issue;
  if (thing === undefined) return [];
  const { labels } = thing;
  if (labels.length === 0)
    return [signal('no-labels', 'info', 'It carries no label', 'The list of labels is empty.', 'labels')];
  const severity = LABELS.find(([form]) => labels.some((label) => form.test(label)))?.[1] ?? 'info';
  return [
    signal('labels', severity, `It is labelled ${listed(labels, 3)}`, `Labels: ${listed(labels, 10)}.`, 'labels'),
  ];
}

function reviewSignals({ data }: MeshEvent): Signal[] {
  const { review } = data;
  if (review?.state === 'changes_requested') {
    return [signal('changes-requested', 'medium', 'A review asks for changes', `By ${review.author}.`, 'review')];
  }
  if (review?.state === 'approved') {
    return [signal('approved', 'info', 'A review approves it', `By ${review.author}.`, 'review')];
  }
  return [];
}
