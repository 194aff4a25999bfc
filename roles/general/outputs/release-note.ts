import { effectKey } from '../../../protocols/effects.ts';
import { keyIn } from '../../../protocols/marker.ts';
import type { ForgePullRequest } from '../../ports/forge.ts';
import { endingBefore } from '../deployment/before.ts';
import { checkHead, checkReport, isOfMesh } from '../deployment/check-report.ts';
import { type Deployment, deploymentNotice, endingOf } from '../deployment/deployment-notice.ts';
import { isOwnDraft } from '../deployment/own-draft.ts';
import { releaseNotes } from '../deployment/release-notes.ts';
import { decideRevert, revertEffects } from '../deployment/revert.ts';
import type { Analysis } from '../engine.ts';
import type { Stage } from '../loop/stage.ts';
import { bodyOf, footerOf, headOf, joined } from '../result-comment.ts';
import { numberedThing } from '../tools/site.ts';
import { isWorthSaying, type Output, signatureOf } from './output.ts';

/** A deployment may bring many changes out; these hear of it. */
const MOST_TOLD = 10;
/** What fails here is taken back: where users are. */
const TAKEN_BACK = /^prod(?:uction)?$/i;

/** What the deployment general shows: notes of what was merged, what came of checks, where a deployment is, and a way back from a bad one. */
export async function releaseNoteOutputs(analysis: Analysis, stage: Stage): Promise<readonly Output[]> {
  const { event } = stage.scene;
  const { deployment, check, pullRequest } = event.data;
  if (deployment !== undefined) return deploymentOutputs(deployment, analysis, stage);
  if (check !== undefined) return checkOutputs(analysis, stage);
  if (pullRequest?.merged === true) return mergedOutputs(analysis, stage);
  const { repository, number, since } = stage.site;
  if (number === undefined || pullRequest?.state === 'closed' || !isWorthSaying(analysis, 'medium')) return [];
  const body = textOf(bodyOf(analysis.answer, stage.site.redact), analysis, stage);
  return [{ name: 'result', intent: { kind: 'comment', target: { repository, number, since }, body } }];
}

async function deploymentOutputs(deployment: Deployment, analysis: Analysis, stage: Stage): Promise<readonly Output[]> {
  const notice = deploymentNotice(deployment, stage.site.redact);
  if (notice === undefined) return [];
  const pulls = (await pullsOf(deployment.sha, stage)).filter(({ merged }) => merged);
  const notices = pulls.slice(0, MOST_TOLD).map((pull) => noticeOn(pull, notice, analysis, stage));
  return [...notices, ...(await revertOutputs(deployment, pulls, stage))];
}

async function revertOutputs(deployment: Deployment, pulls: readonly ForgePullRequest[], stage: Stage) {
  const { scene, parts, site } = stage;
  const { effects, forge } = parts;
  const mayRevert = effects?.serves('branch') === true && effects.serves('pull-request');
  if (endingOf(deployment) !== 'failed' || !mayRevert || forge === undefined) return [];
  const environments = TAKEN_BACK.test(deployment.environment) ? [deployment.environment] : [];
  const before = await endingBefore(scene.event, parts);
  const decision = decideRevert({ deployment, pulls, before, environments });
  if ('leave' in decision) return [];
  const parent = await forge.tip({ repository: site.repository, branch: decision.revert.base.ref }, site.signal);
  if (parent === undefined) return [];
  const author = { name: 'mindmesh', email: 'mindmesh@users.noreply.github.com' };
  const planned = revertEffects({ decision, deployment, parent, at: scene.event.time, author });
  return planned.map(({ name, ...intent }): Output => ({ name, intent }));
}

/** Once for all checks of a commit that others make: a suite has ended, and nothing of theirs runs any more. */
async function checkOutputs(analysis: Analysis, stage: Stage): Promise<readonly Output[]> {
  const { event } = stage.scene;
  const { forge, sha, repository, signal, redact } = stage.site;
  if (forge === undefined || sha === undefined || !event.type.startsWith('com.github.check_suite')) return [];
  const { items, cut } = await forge.checks({ repository, sha }, signal);
  const checks = items.filter((check) => !isOfMesh(check));
  if (checks.some(({ status }) => status !== 'completed')) return [];
  const { verdict, text } = checkReport({ items: checks, cut }, sha, redact);
  if (text === '') return [];
  const pulls = (await pullsOf(sha, stage)).filter(({ state, head }) => state === 'open' && head.sha === sha);
  const [pull] = pulls;
  if (pull === undefined) return [];
  const notices = (await isSaid(pull, { text, sha }, stage)) ? [] : [noticeOn(pull, text, analysis, stage)];
  return [...notices, ...(verdict === 'passed' && !cut ? await readyOutputs(pull, stage) : [])];
}

/** What a developer of the mesh opened as a draft is ready for people once its checks have passed. */
async function readyOutputs(pull: ForgePullRequest, { parts, site }: Stage): Promise<readonly Output[]> {
  const { effects, tables } = parts;
  if (effects?.serves('ready-for-review') !== true || !(await isOwnDraft(pull, tables))) return [];
  const target = { repository: site.repository, number: pull.number };
  return [{ name: 'ready', intent: { kind: 'ready-for-review', target, body: {} } }];
}

/** Each app that checks has a suite of its own, and each suite an event: the newest word on a commit is not said again. */
async function isSaid(
  pull: ForgePullRequest,
  { text, sha }: { readonly text: string; readonly sha: string },
  { scene: { task }, site }: Stage,
): Promise<boolean> {
  if (site.forge === undefined || task === undefined) return false;
  const own = effectKey(task.eventId, task.slot, noticeName(pull));
  const { items } = await site.forge.comments(pull, site.signal);
  const last = items.findLast(({ body }) => keyIn(body) !== undefined && body.includes(checkHead(sha)));
  // What this very work said is to be found, and recorded.
  return last !== undefined && keyIn(last.body) !== own && last.body.includes(text);
}

async function mergedOutputs(analysis: Analysis, stage: Stage): Promise<readonly Output[]> {
  const { forge, repository, since, signal, redact } = stage.site;
  const at = numberedThing(stage.site);
  if (at === undefined || forge === undefined) return [];
  const [pull, commits] = [await forge.pullRequest(at, signal), await forge.commits(at, signal)];
  const known = new Set(commits.items.map(({ sha }) => sha));
  const notes = releaseNotes({ pulls: [pull], commits: commits.items, known, cut: commits.cut }, redact);
  const worries = isWorthSaying(analysis, 'medium') ? bodyOf(analysis.answer, redact) : '';
  if (notes === '' && worries === '') return [];
  const body = textOf(joined([notes, worries]), analysis, stage);
  return [{ name: 'result', intent: { kind: 'comment', target: { repository, number: at.number, since }, body } }];
}

async function pullsOf(sha: string, { site }: Stage): Promise<readonly ForgePullRequest[]> {
  const { forge, repository, signal } = site;
  if (forge === undefined || sha === '' || repository === '') return [];
  return (await forge.pullRequestsOf({ repository, sha }, signal)).items;
}

function noticeOn(pull: ForgePullRequest, text: string, analysis: Analysis, stage: Stage): Output {
  const { repository, since } = stage.site;
  const body = textOf(text, analysis, stage);
  const target = { repository, number: pull.number, since };
  return { name: noticeName(pull), intent: { kind: 'comment', target, body } };
}

function noticeName({ number }: ForgePullRequest): string {
  return `notice-${number}`;
}

function textOf(text: string, analysis: Analysis, stage: Stage): string {
  const by = signatureOf(stage);
  return joined([headOf(by), text, footerOf(analysis, by)]);
}
