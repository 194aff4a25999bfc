import type { BareRepository } from './bare-repository.ts';
import { NO_SHA } from './bare-repository.ts';
import type { LabParts } from './proxy.ts';
import { LabProblem, ok, paged, type Routes, textOf, writerOf } from './router.ts';
import type { RefShape } from './shapes.ts';

/**
 * Gap: refs and branches of `emulate` are not those that are pushed.
 * https://docs.github.com/rest/git/refs · https://docs.github.com/rest/branches/branches
 */
export function refRoutes(parts: LabParts): Routes {
  const { url, repository, moved } = parts;
  const shown = async (of: BareRepository, ref: string, sha: string): Promise<RefShape> => {
    const api = `${url}/repos/${of.name}/git`;
    const type = (await of.type(sha)) ?? 'commit';
    return { ref, url: `${api}/${ref}`, object: { type, sha, url: `${api}/${type}s/${sha}` } };
  };
  const branch = (of: BareRepository, name: string, sha: string) => ({
    name,
    commit: { sha, url: `${url}/repos/${of.name}/commits/${sha}` },
    protected: false,
  });
  return {
    'GET /repos/{owner}/{repo}/git/ref/{ref}': async (ask) => {
      const of = repository(ask.repository);
      const ref = `refs/${ask.params.ref}`;
      const sha = (await of.refs()).get(ref);
      if (sha === undefined) throw new LabProblem(404, 'Not Found');
      return ok(await shown(of, ref, sha));
    },
    'GET /repos/{owner}/{repo}/git/matching-refs/{ref}': async (ask) => {
      const of = repository(ask.repository);
      const found = [...(await of.refs())].filter(([ref]) => ref.startsWith(`refs/${ask.params.ref}`));
      return paged(ask, await Promise.all(found.map(([ref, sha]) => shown(of, ref, sha))));
    },
    'POST /repos/{owner}/{repo}/git/refs': async (ask) => {
      const by = writerOf(ask);
      const of = repository(ask.repository);
      const ref = textOf(ask.body.ref);
      const sha = textOf(ask.body.sha);
      if (!/^refs\/[^/]+\/./.test(ref))
        throw new LabProblem(422, 'Reference name must start with refs/ and contain at least two slashes');
      if ((await of.type(sha)) === undefined) throw new LabProblem(422, 'Object does not exist');
      const isMade = await of.exclusively(() => of.moveRef(ref, sha, NO_SHA));
      if (!isMade)
        throw new LabProblem(422, (await of.refs()).has(ref) ? 'Reference already exists' : 'Reference is not valid');
      await moved(of, by, [{ ref, before: NO_SHA, after: sha }]);
      return ok(await shown(of, ref, sha), 201);
    },
    'PATCH /repos/{owner}/{repo}/git/refs/{ref}': async (ask) => {
      const by = writerOf(ask);
      const of = repository(ask.repository);
      const ref = `refs/${ask.params.ref}`;
      const after = textOf(ask.body.sha);
      if ((await of.type(after)) === undefined) throw new LabProblem(422, 'Object does not exist');
      const before = await of.exclusively(async () => {
        const old = (await of.refs()).get(ref);
        if (old === undefined) throw new LabProblem(422, 'Reference does not exist');
        if (ask.body.force !== true && !(await of.isAncestor(old, after))) {
          throw new LabProblem(422, 'Update is not a fast forward');
        }
        await of.moveRef(ref, after, old);
        return old;
      });
      if (before !== after) await moved(of, by, [{ ref, before, after }]);
      return ok(await shown(of, ref, after));
    },
    'DELETE /repos/{owner}/{repo}/git/refs/{ref}': async (ask) => {
      const by = writerOf(ask);
      const of = repository(ask.repository);
      const ref = `refs/${ask.params.ref}`;
      const before = (await of.refs()).get(ref);
      if (before === undefined) throw new LabProblem(422, 'Reference does not exist');
      await of.git(['update-ref', '-d', ref, before]);
      await moved(of, by, [{ ref, before, after: NO_SHA }]);
      return { status: 204 };
    },
    'GET /repos/{owner}/{repo}/branches': async (ask) => {
      const of = repository(ask.repository);
      const heads = [...(await of.refs())].filter(([ref]) => ref.startsWith('refs/heads/'));
      return paged(
        ask,
        heads.map(([ref, sha]) => branch(of, ref.slice('refs/heads/'.length), sha)),
      );
    },
    'GET /repos/{owner}/{repo}/branches/{branch}': async (ask) => {
      const of = repository(ask.repository);
      const name = ask.params.branch ?? '';
      const sha = await of.tip(name);
      if (sha === undefined) throw new LabProblem(404, 'Branch not found');
      return ok(branch(of, name, sha));
    },
  };
}
