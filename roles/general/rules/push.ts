import type { MeshEvent } from '../../../protocols/event.ts';
import { shortRef } from '../subject.ts';
import { counted, type Signal, signal } from './signal.ts';
import { shortSha } from './texts.ts';

/** A merge is how a pull request reaches the main branch: no direct push. */
const MERGE = /^Merge (?:pull request|branch|remote-tracking)|\(#\d+\)\s*$/;

export function pushSignals({ data }: MeshEvent): Signal[] {
  const { push, defaultBranch } = data;
  if (push === undefined) return [];
  const ref = shortRef(push.ref);
  const isMain = push.ref === `refs/heads/${defaultBranch}`;
  const signals: Signal[] = [];
  if (push.forced) {
    const detail = `${ref} went from ${shortSha(push.before)} to ${shortSha(push.after)} by force.`;
    signals.push(signal('forced', isMain ? 'high' : 'low', 'History was rewritten', detail, ref));
  }
  if (push.deleted)
    signals.push(signal('ref-deleted', isMain ? 'high' : 'info', 'A ref was deleted', `${ref} is gone.`, ref));
  if (push.created) signals.push(signal('ref-created', 'info', 'A ref was created', `${ref} is new.`, ref));
  if (push.ref.startsWith('refs/tags/')) {
    signals.push(signal('tag-pushed', 'low', 'A tag was pushed', `${ref} at ${shortSha(push.after)}.`, ref));
  }
  const direct = push.commits.filter(({ message }) => !MERGE.test(message.split('\n', 1)[0] ?? ''));
  if (isMain && !push.deleted && direct.length > 0 && direct.length === push.commits.length) {
    const detail = `${counted(direct.length, 'commit')} without a sign of a pull request.`;
    signals.push(signal('direct-push', 'low', 'Commits went straight to the main branch', detail, ref));
  }
  return signals;
}
