import type { Kind } from '../../protocols/event.ts';
import { githubSeverity } from './github-severity.ts';
import { flagAt, isObject, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';

/** Conditions of the event table: what the payload adds to event and action before the kind is known. */
export type Condition = (payload: JsonObject) => boolean;

export function when(condition: Condition, then: Kind, otherwise: Kind): (payload: JsonObject) => Kind {
  return (payload) => (condition(payload) ? then : otherwise);
}

export function isMerged(payload: JsonObject): boolean {
  return flagAt(objectAt(payload, 'pull_request'), 'merged');
}

/** Of `issue_comment`, which GitHub also sends for pull requests. */
export function isOnPullRequest(payload: JsonObject): boolean {
  return isObject(objectAt(payload, 'issue').pull_request);
}

/** `cancelled`, `skipped`, `neutral` and `stale` are nobody's fault; `action_required` waits for a person by name. */
const FAILED = new Set(['failure', 'timed_out', 'startup_failure', 'action_required', 'error']);

export function hasFailed(conclusion: string): boolean {
  return FAILED.has(conclusion);
}

/** Of `check_suite` and `workflow_run`. A failing pull request is its author's matter; a failing default branch is everybody's. */
export function isDefaultBranchBroken(part: string): Condition {
  return (payload) => {
    const check = objectAt(payload, part);
    return hasFailed(textAt(check, 'conclusion')) && textAt(check, 'head_branch') === defaultBranch(payload);
  };
}

/** Of `status`, which names every branch that contains the commit; only its tip says how the branch is now. */
export function isDefaultBranchRefused(payload: JsonObject): boolean {
  if (!hasFailed(textAt(payload, 'state'))) return false;
  return objectsAt(payload, 'branches').some(
    (branch) =>
      textAt(branch, 'name') === defaultBranch(payload) &&
      textAt(objectAt(branch, 'commit'), 'sha') === textAt(payload, 'sha'),
  );
}

/** A preview that fails is its pull request's matter, so transient environments do not count. */
export function isDeploymentBroken(payload: JsonObject): boolean {
  const failed = hasFailed(textAt(objectAt(payload, 'deployment_status'), 'state'));
  return failed && !flagAt(objectAt(payload, 'deployment'), 'transient_environment');
}

export function isSevere(payload: JsonObject): boolean {
  const severity = githubSeverity(payload);
  return severity === 'high' || severity === 'critical';
}

function defaultBranch(payload: JsonObject): string {
  // A payload without one must not equal a check without a branch.
  return textAt(objectAt(payload, 'repository'), 'default_branch') || ' ';
}
