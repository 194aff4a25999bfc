import { execFileSync } from 'node:child_process';
import { BranchBodySchema } from '../../protocols/effect-bodies.ts';
import type { ExactAdapter } from '../../roles/ports/effects.ts';

/** Branches of a bare repository on this disk: a commit is made as a forge's API makes it, and again it is the same one. */
export function bareBranchEffect(dir: string): ExactAdapter {
  return {
    class: 'exact',
    create: async ({ branch }, _marker, given) => {
      const body = BranchBodySchema.parse(given);
      if (!('commit' in body)) throw new Error('only new commits are made here');
      const { parent, message, author, at, files } = body.commit;
      const env = {
        ...process.env,
        ...{
          GIT_INDEX_FILE: `${dir}/effect-index`,
          GIT_AUTHOR_NAME: author.name,
          GIT_AUTHOR_EMAIL: author.email,
          GIT_AUTHOR_DATE: at,
        },
        ...{ GIT_COMMITTER_NAME: author.name, GIT_COMMITTER_EMAIL: author.email, GIT_COMMITTER_DATE: at },
      };
      const git = (args: readonly string[], input = '') =>
        execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', env, input }).trim();
      git(['read-tree', parent]);
      for (const { path, text, executable } of files) {
        if (text === null) git(['update-index', '--force-remove', path]);
        else
          git([
            'update-index',
            '--add',
            '--cacheinfo',
            `${executable ? '100755' : '100644'},${git(['hash-object', '-w', '--stdin'], text)},${path}`,
          ]);
      }
      const sha = git(['commit-tree', git(['write-tree']), '-p', parent], message);
      const tip = git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
      if (tip === sha) return { outcome: 'exists', ref: { id: sha } };
      if (tip !== (body.expected ?? '')) return { outcome: 'conflict', problem: `it is at ${tip}` };
      git(['update-ref', `refs/heads/${branch}`, sha]);
      return { outcome: 'created', ref: { id: sha } };
    },
  };
}
