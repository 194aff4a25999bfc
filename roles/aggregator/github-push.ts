import { type Commit, type EventData, LIST_LIMITS } from '../../protocols/event.ts';
import type { Clip } from './clip.ts';
import { flagAt, type JsonObject, listAt, objectAt, objectsAt, textAt } from './json.ts';

export function readPush(payload: JsonObject, clip: Clip): NonNullable<EventData['push']> {
  const commits = objectsAt(payload, 'commits');
  return {
    ref: clip.text(textAt(payload, 'ref'), 'name', 'push.ref'),
    before: clip.text(textAt(payload, 'before'), 'name', 'push.before'),
    after: clip.text(textAt(payload, 'after'), 'name', 'push.after'),
    forced: flagAt(payload, 'forced'),
    created: flagAt(payload, 'created'),
    deleted: flagAt(payload, 'deleted'),
    commitCount: commits.length,
    url: clip.text(textAt(payload, 'compare'), 'url', 'push.url'),
    commits: clip.list(commits, LIST_LIMITS.commits, 'push.commits', (commit) => readCommit(commit, clip)),
  };
}

function readCommit(commit: JsonObject, clip: Clip): Commit {
  return {
    id: clip.text(textAt(commit, 'id'), 'name', 'push.commits.id'),
    author: clip.text(authorOf(commit), 'name', 'push.commits.author'),
    message: clip.text(textAt(commit, 'message'), 'message', 'push.commits.message'),
    added: readPaths(commit, 'added', clip),
    removed: readPaths(commit, 'removed', clip),
    modified: readPaths(commit, 'modified', clip),
  };
}

/** The login where GitHub knows the address, else the name that git has. */
function authorOf(commit: JsonObject): string {
  const author = objectAt(commit, 'author');
  return textAt(author, 'username') || textAt(author, 'name');
}

function readPaths(commit: JsonObject, key: 'added' | 'removed' | 'modified', clip: Clip): string[] {
  const field = `push.commits.${key}`;
  const paths = listAt(commit, key).filter((path) => typeof path === 'string');
  return clip.list(paths, LIST_LIMITS.paths, field, (path) => clip.text(path, 'url', field));
}
