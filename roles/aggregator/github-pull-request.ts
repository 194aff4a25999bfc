import { LIST_LIMITS, type PullRequest } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { countAt, flagAt, type JsonObject, objectAt, objectsAt, textAt } from './json.ts';

/** A pull request in its full form (`pull_request` events) or its short one (all others). Its number is read by the caller. */
export function readPullRequest(pull: JsonObject, number: number, clip: Clip): PullRequest {
  const reviewers = readReviewers(pull, clip);
  return {
    number,
    state: clip.text(textAt(pull, 'state'), 'name', 'pullRequest.state'),
    draft: flagAt(pull, 'draft'),
    // The short form has no `merged`.
    merged: flagAt(pull, 'merged') || textAt(pull, 'merged_at') !== '',
    author: clip.text(textAt(objectAt(pull, 'user'), 'login'), 'name', 'pullRequest.author'),
    url: clip.text(textAt(pull, 'html_url'), 'url', 'pullRequest.url'),
    title: clip.text(textAt(pull, 'title'), 'title', 'pullRequest.title'),
    base: readEnd(objectAt(pull, 'base'), 'pullRequest.base', clip),
    head: readHead(objectAt(pull, 'head'), clip),
    labels: readLabels(pull, 'pullRequest.labels', clip),
    ...(reviewers.length > 0 && { reviewers }),
    ...readSizes(pull),
    body: clip.text(textAt(pull, 'body'), 'body', 'pullRequest.body'),
  };
}

export function readLabels(thread: JsonObject, field: string, clip: Clip): string[] {
  return clip.list(objectsAt(thread, 'labels'), LIST_LIMITS.labels, field, (label) =>
    clip.text(textAt(label, 'name'), 'name', field),
  );
}

function readEnd(end: JsonObject, field: string, clip: Clip): { ref: string; sha: string } {
  return {
    ref: clip.text(textAt(end, 'ref'), 'name', `${field}.ref`),
    sha: clip.text(textAt(end, 'sha'), 'name', `${field}.sha`),
  };
}

/** A fork that was deleted leaves its pull request without a head repository. */
function readHead(head: JsonObject, clip: Clip): PullRequest['head'] {
  const repository = textAt(objectAt(head, 'repo'), 'full_name');
  return {
    ...readEnd(head, 'pullRequest.head', clip),
    ...(repository !== '' && { repository: clip.text(repository, 'name', 'pullRequest.head.repository') }),
  };
}

function readReviewers(pull: JsonObject, clip: Clip): string[] {
  const people = objectsAt(pull, 'requested_reviewers').map((user) => textAt(user, 'login'));
  const teams = objectsAt(pull, 'requested_teams').map((team) => textAt(team, 'name'));
  const names = people.concat(teams).filter((name) => name !== '');
  return clip.list(names, LIST_LIMITS.labels, 'pullRequest.reviewers', (name) =>
    clip.text(name, 'name', 'pullRequest.reviewers'),
  );
}

function readSizes(pull: JsonObject): Pick<PullRequest, 'additions' | 'deletions' | 'changedFiles' | 'commits'> {
  const additions = countAt(pull, 'additions');
  const deletions = countAt(pull, 'deletions');
  const changedFiles = countAt(pull, 'changed_files');
  const commits = countAt(pull, 'commits');
  return {
    ...(additions !== undefined && { additions }),
    ...(deletions !== undefined && { deletions }),
    ...(changedFiles !== undefined && { changedFiles }),
    ...(commits !== undefined && { commits }),
  };
}
