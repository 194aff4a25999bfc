import type { BranchBody, PullRequestBody } from '../../../protocols/effect-bodies.ts';
import type { Effect } from '../../ports/effects.ts';
import type { ForgePullRequest } from '../../ports/forge.ts';
import { oneLine } from '../outgoing.ts';
import { type Deployment, endingOf } from './deployment-notice.ts';

export interface RevertQuestion {
  readonly deployment: Deployment;
  /** Those that brought the deployed commit to its branch. */
  readonly pulls: readonly ForgePullRequest[];
  /** How the deployment before it to the same environment ended; undefined where nobody knows of one. */
  readonly before: 'done' | 'failed' | undefined;
  /** Of these environments a failure is taken back. */
  readonly environments: readonly string[];
}

export type RevertDecision =
  | { readonly revert: ForgePullRequest; readonly commit: string }
  /** Nothing is taken back, because … */
  | { readonly leave: string };

/** Branches of what takes back: `revert/<number>`. */
const BRANCH = 'revert/';
/** Somebody else's text in a title that takes 256. */
const ENVIRONMENT_CHARS = 100;

/**
 * Whether what failed its health check is taken back: only where it is clear which one change broke what was well before. A pull request is
 * opened, never merged: a person may know better.
 */
export function decideRevert({ deployment, pulls, before, environments }: RevertQuestion): RevertDecision {
  const { environment, sha } = deployment;
  if (endingOf(deployment) !== 'failed') return { leave: 'it did not fail' };
  if (!environments.includes(environment)) return { leave: `nothing of ${environment} is taken back by itself` };
  if (before === 'failed') return { leave: `${environment} was broken before` };
  if (before === undefined) return { leave: `nobody knows of a good deployment to ${environment} to go back to` };
  const merged = pulls.filter(({ mergeSha }) => mergeSha === sha);
  const [only] = merged;
  if (only === undefined) return { leave: `${sha.slice(0, 7)} did not come by a pull request` };
  if (merged.length > 1) return { leave: 'several pull requests became that commit' };
  if (only.head.ref.startsWith(BRANCH)) return { leave: `#${only.number} took something back itself` };
  return { revert: only, commit: sha };
}

export interface RevertPlan {
  readonly decision: Extract<RevertDecision, { revert: ForgePullRequest }>;
  readonly deployment: Deployment;
  /** Tip of the base branch when it was decided: keep it, so that a repeat comes to the same commit. */
  readonly parent: string;
  /** Time of the event, RFC 3339: the commit's own. */
  readonly at: string;
  readonly author: { readonly name: string; readonly email: string };
}

export type PlannedEffect = Pick<Effect, 'name' | 'kind' | 'target' | 'body'>;

/** First the branch with the commit that takes it back, then a pull request for it. */
export function revertEffects({ decision, deployment, parent, at, author }: RevertPlan): readonly PlannedEffect[] {
  const { revert: pull, commit } = decision;
  const { repository, number, base } = pull;
  const head = `${BRANCH}${number}`;
  const short = commit.slice(0, 7);
  const environment = oneLine(deployment.environment).slice(0, ENVIRONMENT_CHARS);
  const reason = `${short} failed its health check in ${environment}.`;
  const message = `Revert #${number}\n\nThis takes back ${commit}: it failed its health check in ${environment}.`;
  const branch: BranchBody = { expected: null, revert: { commit, parent, message, author: { ...author }, at } };
  const request: PullRequestBody = {
    title: `Revert #${number}: ${environment} is broken by it`,
    text: `${reason} This takes back #${number}, file by file. Look whether that is right before you merge it.`,
    draft: false,
  };
  return [
    { name: 'revert-branch', kind: 'branch', target: { repository, branch: head }, body: branch },
    { name: 'revert-pull-request', kind: 'pull-request', target: { repository, head, base: base.ref }, body: request },
  ];
}
