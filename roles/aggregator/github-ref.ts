import { type JsonObject, objectAt, objectsAt, textAt } from './json.ts';

/**
 * The ref an event is about, in its full form, so that a push to `main` and a check of `main` meet in one subject.
 * GitHub names branches in full only in pushes.
 */

const SHA = /^[0-9a-f]{40,64}$/;

export function branchRef(branch: string): string {
  return branch === '' ? '' : `refs/heads/${branch}`;
}

/**
 * The branch a `status` belongs to: GitHub lists up to ten that contain the commit. The default one counts, because what
 * is checked there is everybody's; else the first.
 */
export function branchOfStatus(payload: JsonObject): string {
  const names = objectsAt(payload, 'branches').map((branch) => textAt(branch, 'name'));
  const main = textAt(objectAt(payload, 'repository'), 'default_branch');
  return names.includes(main) ? main : (names[0] ?? '');
}

/** `deployment.ref` may be a branch, a tag or a sha, and does not say which; a sha is told by its look. */
export function refOfDeployment(ref: string): string {
  return ref === '' || SHA.test(ref) || ref.startsWith('refs/') ? ref : branchRef(ref);
}

/** `create` and `delete` give the short name and, apart, what it names. */
export function refOfCreation(payload: JsonObject): string {
  const ref = textAt(payload, 'ref');
  if (ref === '') return '';
  return textAt(payload, 'ref_type') === 'tag' ? `refs/tags/${ref}` : branchRef(ref);
}
