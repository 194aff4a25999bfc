import type { BareRepository } from './bare-repository.ts';
import { changedFiles } from './diffs.ts';
import { readCommit } from './git-objects.ts';
import type { LabParts } from './proxy.ts';
import { LabProblem, ok, paged, type Routes } from './router.ts';
import type { CompareShape } from './shapes.ts';

/**
 * Gap: commits, comparisons and files come from the bare repository.
 * https://docs.github.com/rest/commits/commits · https://docs.github.com/rest/repos/contents
 */
export function commitRoutes({ url, repository }: LabParts): Routes {
  return {
    'GET /repos/{owner}/{repo}/commits': async (ask) => {
      const of = repository(ask.repository);
      const query = ask.url.searchParams;
      const sha = await known(of, query.get('sha') ?? of.defaultBranch);
      const path = query.get('path');
      const listed = await of.text(['rev-list', '--max-count=1000', sha, ...(path ? ['--', path] : [])]);
      const all = await Promise.all(listed.split('\n').map((each) => listedCommit(of, url, each)));
      return paged(ask, all);
    },
    'GET /repos/{owner}/{repo}/compare/{basehead}': async (ask) => {
      const of = repository(ask.repository);
      const [base = '', head = ''] = (ask.params.basehead ?? '').split('...');
      return ok(await compare(of, url, await known(of, base), await known(of, head)));
    },
    'GET /repos/{owner}/{repo}/commits/{ref}': async (ask) => {
      const of = repository(ask.repository);
      const commit = await listedCommit(of, url, await known(of, ask.params.ref ?? ''));
      const parent = commit.parents[0]?.sha ?? (await of.text(['hash-object', '-t', 'tree', '/dev/null']));
      const files = await changedFiles(of, url, parent, commit.sha);
      return ok({ ...commit, files, stats: statsOf(files) });
    },
    'GET /repos/{owner}/{repo}/contents/{path}': async (ask) => {
      const of = repository(ask.repository);
      const ref = ask.url.searchParams.get('ref') ?? of.defaultBranch;
      return ok(await contents(of, url, await known(of, ref), ask.params.path ?? ''));
    },
  };
}

/** As lists of commits have it: the git commit, and who it is at GitHub. */
export async function listedCommit(of: BareRepository, url: string, sha: string) {
  const { author, committer, message, tree, parents, html_url } = await readCommit(of, url, sha);
  const commit = {
    author,
    committer,
    message,
    tree,
    comment_count: 0,
    url: `${url}/repos/${of.name}/git/commits/${sha}`,
  };
  return {
    sha,
    html_url,
    url: `${url}/repos/${of.name}/commits/${sha}`,
    commit,
    author: null,
    committer: null,
    parents,
  };
}

async function compare(of: BareRepository, url: string, base: string, head: string): Promise<CompareShape> {
  const merge = await of.mergeBase(base, head);
  if (merge === undefined) throw new LabProblem(404, 'No common ancestor between them.');
  const ahead = await of.commitsBetween(base, head);
  const behind = (await of.commitsBetween(head, base)).length;
  const status = ahead.length === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged';
  const commits = await Promise.all(ahead.map((sha) => listedCommit(of, url, sha)));
  const more = { merge_base_commit: await listedCommit(of, url, merge), commits };
  const counts = { status, ahead_by: ahead.length, behind_by: behind, total_commits: ahead.length } as const;
  return { ...more, ...counts, files: await changedFiles(of, url, merge, head) };
}

async function contents(of: BareRepository, url: string, commit: string, path: string) {
  const name = path.split('/').at(-1) ?? '';
  const sha = await of.text(['rev-parse', '--verify', '--quiet', `${commit}:${path}`]).catch(() => undefined);
  if (sha === undefined) throw new LabProblem(404, 'Not Found');
  const at = (of_: string, type: string) => ({
    path: of_,
    name: of_.split('/').at(-1) ?? '',
    url: `${url}/repos/${of.name}/contents/${of_}?ref=${commit}`,
    type,
  });
  if ((await of.type(sha)) === 'tree') {
    const listed = (await of.git(['ls-tree', '-z', sha])).toString().split('\0').slice(0, -1);
    return listed.map((line) => {
      const [head = '', child = ''] = line.split('\t');
      const [, type = '', object = ''] = head.split(' ');
      return { ...at(`${path}/${child}`, type === 'tree' ? 'dir' : 'file'), sha: object, size: 0 };
    });
  }
  const content = await of.git(['cat-file', 'blob', sha]);
  const encoded = content.toString('base64').replaceAll(/.{60}/g, '$&\n');
  return { ...at(path, 'file'), name, sha, size: content.length, encoding: 'base64', content: encoded };
}

async function known(of: BareRepository, name: string): Promise<string> {
  const sha = await of.commitOf(name.replace(/^(refs\/)?heads\//, ''));
  if (sha === undefined) throw new LabProblem(404, `No commit found for SHA: ${name}`);
  return sha;
}

function statsOf(files: readonly { additions: number; deletions: number }[]) {
  const additions = files.reduce((sum, file) => sum + file.additions, 0);
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0);
  return { additions, deletions, total: additions + deletions };
}
