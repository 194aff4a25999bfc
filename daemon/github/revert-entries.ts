import type { GitData, TreeEntry } from './git-data.ts';

export type Reverting =
  | { readonly entries: readonly TreeEntry[] }
  /** It cannot be taken back file by file. */
  | { readonly problem: string };

/**
 * What takes back on `parent` what a commit brought to its first parent: each file as it was before. A file that was changed again since
 * is nobody's to overwrite: then a person has to do it, with a real merge of texts.
 */
export async function revertEntries(git: GitData, commit: string, parent: string): Promise<Reverting> {
  const [before] = (await git.commit(commit)).parents;
  if (before === undefined) return { problem: `${commit} is the first commit` };
  const [old, brought, now] = await Promise.all([before.sha, commit, parent].map((sha) => filesOf(git, sha)));
  if (old === undefined || brought === undefined || now === undefined) {
    return { problem: 'the repository has more files than GitHub lists at once' };
  }
  const entries: TreeEntry[] = [];
  for (const path of new Set([...old.keys(), ...brought.keys()])) {
    const [was, became, is] = [old.get(path), brought.get(path), now.get(path)];
    if (isSame(was, became) || isSame(was, is)) continue;
    if (!isSame(became, is)) return { problem: `${path} was changed again since` };
    // One of the two is there, or they were the same.
    const { mode, type } = was ?? became ?? { mode: '100644', type: 'blob' };
    entries.push({ path, mode, type, sha: was?.sha ?? null });
  }
  return entries.length > 0 ? { entries } : { problem: 'nothing of it is there any more' };
}

async function filesOf(git: GitData, sha: string) {
  return git.files((await git.commit(sha)).tree.sha);
}

function isSame(a: TreeEntry | undefined, b: TreeEntry | undefined): boolean {
  return a?.sha === b?.sha && a?.mode === b?.mode;
}
