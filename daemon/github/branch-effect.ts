import type * as z from 'zod';
import { BranchBodySchema, BranchTargetSchema } from '../../protocols/effect-bodies.ts';
import type { EffectTarget } from '../../protocols/effects.ts';
import { hasCode } from '../../protocols/errors.ts';
import { type Marker, withMarker } from '../../protocols/marker.ts';
import type { Creation, ExactAdapter } from '../../roles/ports/effects.ts';
import type { GitHub } from './client.ts';
import { entryOf, GitData } from './git-data.ts';
import { decodeGiven, placeOf } from './reply.ts';
import { revertEntries } from './revert-entries.ts';

type Body = z.infer<typeof BranchBodySchema>;

/**
 * Branches, with the commit they get (E1). The commit is the same whoever makes it, and the ref is made, or moved from the tip that is
 * expected, once: finding it there already means that it was done. REST compares no old sha, but moves a ref only forwards, and what is
 * written comes after the expected tip: nobody's commits are lost.
 * https://docs.github.com/rest/git/refs
 */
export class BranchEffect implements ExactAdapter {
  readonly class = 'exact';
  readonly #github: GitHub;

  constructor({ github }: { readonly github: GitHub }) {
    this.#github = github;
  }

  async create(target: EffectTarget, marker: Marker, body: unknown, signal: AbortSignal): Promise<Creation> {
    const { repository, branch } = decodeGiven('branch', BranchTargetSchema, target);
    const given = decodeGiven('branch', BranchBodySchema, body);
    const git = new GitData({ place: placeOf(repository), signal }, { github: this.#github });
    const made = await shaOf(git, given, marker);
    if ('problem' in made) return { outcome: 'conflict', problem: made.problem };
    const ref = { id: made.sha };
    const tip = await git.tip(branch);
    if (tip === made.sha) return { outcome: 'exists', ref };
    const conflict = { outcome: 'conflict', problem: standing(branch, tip, given.expected) } as const;
    if ((tip ?? null) !== given.expected) return conflict;
    try {
      await (tip === undefined ? git.makeBranch(branch, made.sha) : git.moveBranch(branch, made.sha));
      return { outcome: 'created', ref };
    } catch (error) {
      if (!hasCode(error, 'github-refused')) throw error;
      // Somebody was between the two questions.
      const now = await git.tip(branch);
      if (now === made.sha) return { outcome: 'exists', ref };
      return now === tip
        ? Promise.reject(error)
        : { outcome: 'conflict', problem: standing(branch, now, given.expected) };
    }
  }
}

async function shaOf(git: GitData, body: Body, marker: Marker): Promise<{ sha: string } | { problem: string }> {
  if ('sha' in body) return { sha: body.sha };
  if ('commit' in body) {
    const { files, ...commit } = body.commit;
    return { sha: await git.write({ ...commit, message: withMarker(commit.message, marker) }, files.map(entryOf)) };
  }
  const { commit, ...revert } = body.revert;
  const found = await revertEntries(git, commit, revert.parent);
  if ('problem' in found) return found;
  return { sha: await git.write({ ...revert, message: withMarker(revert.message, marker) }, found.entries) };
}

function standing(branch: string, tip: string | undefined, expected: string | null): string {
  const is = tip === undefined ? 'does not exist' : `is at ${tip}`;
  return `the branch ${branch} ${is}, and ${expected === null ? 'nothing' : expected} was expected`;
}
