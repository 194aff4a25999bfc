import { fingerprintOf } from './github-alert.ts';
import { branchOfStatus, branchRef, refOfCreation, refOfDeployment } from './github-ref.ts';
import { tagOf } from './github-release.ts';
import { countAt, isObject, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';

/**
 * What an event is about (W1): `owner/name#7`, else `owner/name@refs/heads/main` or `owner/name@<sha>`, else
 * `owner/name/dependabot/3`, else the source. All events of one thing must meet in one subject, or its order is lost.
 * @param repository `owner/name` as the envelope has it, empty for events of no repository
 */
export function subjectOf(event: string, payload: JsonObject, repository: string, source: string): string {
  const number = threadOf(event, payload)?.number ?? numberOfCheck(payload);
  if (repository !== '' && number !== undefined) return `${repository}#${number}`;
  const ref = refOf(event, payload);
  if (repository !== '' && ref !== '') return `${repository}@${ref}`;
  const fingerprint = fingerprintOf(event, payload);
  if (fingerprint === '') return source;
  return repository === '' ? fingerprint : `${repository}/${fingerprint}`;
}

/** The pull request, issue or discussion an event is about: they share one row of numbers. */
export interface Thread {
  readonly part: JsonObject;
  readonly isPullRequest: boolean;
  /** Undefined where the payload has none: then it is not what it says it is. */
  readonly number: number | undefined;
}

export function threadOf(event: string, payload: JsonObject): Thread | undefined {
  const pull = payload.pull_request;
  if (isObject(pull)) return { part: pull, isPullRequest: true, number: countAt(pull, 'number') };
  const issue = payload.issue ?? payload.discussion ?? relatedIssue(event, payload);
  return isObject(issue) ? { part: issue, isPullRequest: false, number: countAt(issue, 'number') } : undefined;
}

/** Relations tell both ends; the one that belongs to the repository of the payload is named by the action. */
function relatedIssue(event: string, payload: JsonObject): unknown {
  const action = textAt(payload, 'action');
  if (event === 'sub_issues') return action.startsWith('sub_issue') ? payload.parent_issue : payload.sub_issue;
  if (event !== 'issue_dependencies') return undefined;
  return action.startsWith('blocked_by') ? payload.blocked_issue : payload.blocking_issue;
}

/** The first pull request that a check is about, among those of this repository: forks list theirs too. */
function numberOfCheck(payload: JsonObject): number | undefined {
  const home = objectAt(payload, 'repository').id;
  for (const part of checkParts(payload)) {
    for (const pull of objectsAt(part, 'pull_requests')) {
      const base = objectAt(objectAt(pull, 'base'), 'repo').id;
      const number = countAt(pull, 'number');
      if (number !== undefined && (base === undefined || base === home)) return number;
    }
  }
  return undefined;
}

/** The branch an event is about, for people, for hops and, in full, for its subject; empty where there is none. */
export function branchOf(event: string, payload: JsonObject): string {
  if (event === 'status') return branchOfStatus(payload);
  for (const part of checkParts(payload)) {
    const branch = textAt(part, 'head_branch');
    if (branch !== '') return branch;
  }
  return textAt(objectAt(objectAt(payload, 'pull_request'), 'head'), 'ref') || textAt(payload, 'ref');
}

function refOf(event: string, payload: JsonObject): string {
  switch (event) {
    case 'push':
      return textAt(payload, 'ref');
    case 'create':
    case 'delete':
      return refOfCreation(payload);
    case 'workflow_dispatch':
      return refOfDeployment(textAt(payload, 'ref'));
    case 'repository_dispatch':
      return branchRef(textAt(payload, 'branch'));
    case 'merge_group':
      return textAt(objectAt(payload, 'merge_group'), 'head_ref');
    case 'commit_comment':
      return textAt(objectAt(payload, 'comment'), 'commit_id');
    case 'deployment':
    case 'deployment_status':
    case 'deployment_protection_rule':
      return refOfDeployment(textAt(objectAt(payload, 'deployment'), 'ref')) || refOfCheck(event, payload);
    case 'release':
    case 'package':
    case 'registry_package':
      return tagOf(payload) === '' ? '' : `refs/tags/${tagOf(payload)}`;
    default:
      return refOfCheck(event, payload);
  }
}

/** A commit on no branch (a fork's, a deleted branch's) is known by its sha. */
function refOfCheck(event: string, payload: JsonObject): string {
  const parts = checkParts(payload);
  if (parts.length === 0 && event !== 'status') return '';
  const branch = event === 'status' ? branchOfStatus(payload) : branchOf(event, payload);
  if (branch !== '') return branchRef(branch);
  return textAt(payload, 'sha') || (parts.map((part) => textAt(part, 'head_sha')).find((sha) => sha !== '') ?? '');
}

/** The check parts of a payload, most telling first: where its branch and its pull requests are named. */
function checkParts(payload: JsonObject): JsonObject[] {
  const run = payload.check_run;
  const parts = [
    run,
    isObject(run) ? run.check_suite : undefined,
    payload.check_suite,
    payload.workflow_run,
    payload.workflow_job,
  ];
  return parts.filter(isObject);
}
