import { MeshError } from '../../protocols/errors.ts';

/** `owner/name` as GitHub takes them: never an option, never a path that leads elsewhere. */
const REPOSITORY = /^[A-Za-z0-9][A-Za-z0-9-]*\/[A-Za-z0-9._][A-Za-z0-9._-]*$/;
/** Narrower than `git check-ref-format`: nothing that a shell, a URL or an option could read otherwise. */
const BRANCH = /^[A-Za-z0-9_][A-Za-z0-9._+@-]*(\/[A-Za-z0-9_][A-Za-z0-9._+@-]*)*$/;
const SHA = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** @throws MeshError `git-failed` */
export function checkedRepository(name: string): string {
  if (REPOSITORY.test(name) && !name.includes('..')) return name;
  throw new MeshError('git-failed', { what: 'clone', problem: `${quoted(name)} is not a repository like owner/name` });
}

/** The full name of a branch. @throws MeshError `git-failed` */
export function branchRef(branch: string): string {
  const isOdd = branch.includes('..') || branch.includes('@{') || /\.(lock)?(\/|$)/.test(branch) || branch.length > 200;
  if (BRANCH.test(branch) && !isOdd) return `refs/heads/${branch}`;
  throw new MeshError('git-failed', { what: 'branch', problem: `${quoted(branch)} is not the name of a branch` });
}

/** @throws MeshError `git-failed` */
export function checkedSha(sha: string): string {
  if (SHA.test(sha)) return sha;
  throw new MeshError('git-failed', { what: 'push', problem: `${quoted(sha)} is not a commit` });
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
