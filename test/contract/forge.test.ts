import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GitHubForge } from '../../daemon/github/forge.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';

const SIGNAL = new AbortController().signal;
const repository = 'acme/app';

describe('forge / github', () => {
  let lab: GitHubLab;
  let forge: GitHubForge;

  before(async () => {
    const files = { 'README.md': '# App\n', 'src/a.ts': 'one\ntwo\nthree\n', 'blob.bin': 'a\0b' };
    lab = await startGitHubLab({ repositories: [{ name: repository, files }] });
    forge = new GitHubForge({ github: lab.client('mesh-bot') });
  });
  after(() => lab.stop());

  const opened = async (branch: string, files: Record<string, string | null>) => {
    const sha = await lab.as('alice').push({ branch, files, message: `On ${branch}` });
    const number = await lab.as('alice').openPull({ head: branch, title: `Of ${branch}`, body: 'Text' });
    return { at: { repository, number }, sha };
  };

  test('forge / github / a pull request, its commits and its files', async () => {
    const { at, sha } = await opened('feature/a', {
      'src/a.ts': 'one\n2\nthree\n',
      'blob.bin': 'c\0d',
      'n.txt': 'n\n',
    });
    const pull = await forge.pullRequest(at, SIGNAL);
    assert.deepEqual(
      [pull.title, pull.author, pull.association, pull.state, pull.draft, pull.merged, pull.mergeSha],
      ['Of feature/a', 'alice', 'MEMBER', 'open', false, false, undefined],
    );
    assert.deepEqual(pull.head, { ref: 'feature/a', sha, repository });
    const { items, cut } = await forge.changedFiles(at, SIGNAL);
    assert.deepEqual(items, [
      { path: 'blob.bin', status: 'modified', additions: 0, deletions: 0 },
      { path: 'n.txt', status: 'added', additions: 1, deletions: 0, patch: '@@ -0,0 +1 @@\n+n' },
      {
        path: 'src/a.ts',
        status: 'modified',
        additions: 1,
        deletions: 1,
        patch: '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three',
      },
    ]);
    assert.equal(cut, false);
    const commits = await forge.commits(at, SIGNAL);
    assert.deepEqual(commits.items, [{ sha, message: 'On feature/a', author: 'alice' }]);
  });

  test('forge / github / files beyond the first hundred are listed, renamed ones with where they were', async () => {
    const many = Object.fromEntries(Array.from({ length: 230 }, (_, i) => [`many/${i}.txt`, `${i}\n`]));
    const moved = { 'README.md': null, 'docs/README.md': '# App\n' };
    const { at } = await opened('feature/many', { ...many, ...moved });
    const { items, cut } = await forge.changedFiles(at, SIGNAL);
    assert.equal(items.length, 231);
    assert.equal(cut, false);
    const renamed = items.find(({ status }) => status === 'renamed');
    assert.deepEqual([renamed?.path, renamed?.previousPath], ['docs/README.md', 'README.md']);
  });

  test('forge / github / a list of more than a thousand is cut, and says so', async () => {
    const number = await lab.as('alice').openIssue({ title: 'Long' });
    const asked: number[] = [];
    const comment = { id: 1, user: { login: 'x' }, body: 'text', created_at: '2026-01-01T00:00:00Z' };
    const endless = new GitHubForge({
      github: {
        request: async (_route, parameters) => {
          asked.push(Number(parameters?.page));
          return { status: 200, headers: {}, data: Array.from({ length: 100 }, () => comment) };
        },
      },
    });
    const { items, cut } = await endless.comments({ repository, number }, SIGNAL);
    assert.deepEqual([items.length, cut, asked.length], [1_000, true, 10]);
  });

  test('forge / github / files, paths and tips at a ref; what is not there is undefined', async () => {
    await lab.as('alice').push({ branch: 'other/x', files: { 'only/here.md': 'ä\n' } });
    const at = { repository, ref: 'other/x' };
    assert.deepEqual(await forge.file({ ...at, path: 'only/here.md' }, SIGNAL), { text: 'ä\n', cut: false });
    assert.deepEqual(await forge.file({ ...at, path: 'blob.bin' }, SIGNAL), { text: '', cut: true });
    assert.equal(await forge.file({ ...at, path: 'only' }, SIGNAL), undefined);
    assert.equal(await forge.file({ ...at, ref: 'main', path: 'only/here.md' }, SIGNAL), undefined);
    const paths = await forge.paths(at, SIGNAL);
    assert.deepEqual(paths, { items: ['README.md', 'blob.bin', 'only/here.md', 'src/a.ts'], cut: false });
    assert.equal(await forge.tip({ repository, branch: 'other/x' }, SIGNAL), await lab.bare().tip('other/x'));
    assert.equal(await forge.tip({ repository, branch: 'none' }, SIGNAL), undefined);
  });

  test('forge / github / an issue and its comments, the oldest first, with who may be believed', async () => {
    const number = await lab.as('mallory').openIssue({ title: 'A wish', body: 'Please' });
    await lab.as('bob').comment(number, 'First');
    await lab.as('mallory').comment(number, 'Second');
    await lab.as('alice').label(number, 'wish');
    const issue = await forge.issue({ repository, number }, SIGNAL);
    assert.deepEqual(
      [issue.author, issue.association, issue.labels, issue.isPullRequest],
      ['mallory', 'NONE', ['wish'], false],
    );
    const { items } = await forge.comments({ repository, number }, SIGNAL);
    assert.deepEqual(
      items.map(({ author, association, body, isBot }) => [author, association, body, isBot]),
      [
        ['bob', 'MEMBER', 'First', false],
        ['mallory', 'NONE', 'Second', false],
      ],
    );
  });

  test('forge / github / reviews and their comments on lines, none that is not submitted', async () => {
    const { at, sha } = await opened('feature/reviewed', { 'src/a.ts': 'one\n2\nthree\n' });
    await lab.as('bob').review(at.number, { body: 'Not yet' });
    await lab.as('alice').review(at.number, {
      ...{ event: 'COMMENT', body: 'Hm', comments: [{ path: 'src/a.ts', line: 2, body: 'Why?' }] },
    });
    const reviews = await forge.reviews(at, SIGNAL);
    assert.deepEqual(
      reviews.items.map(({ author, state, body, sha: about }) => [author, state, body, about]),
      [['alice', 'commented', 'Hm', sha]],
    );
    const { items } = await forge.reviewComments(at, SIGNAL);
    assert.deepEqual(
      items.map(({ author, body, path, line }) => [author, body, path, line]),
      [['alice', 'Why?', 'src/a.ts', 2]],
    );
    assert.equal((await forge.issue(at, SIGNAL)).isPullRequest, true);
  });

  test('forge / github / check runs and statuses of a commit are one list', async () => {
    const { sha } = await opened('feature/checked', { 'c.txt': 'c\n' });
    await lab.as('alice').status(sha, { state: 'pending', context: 'build' });
    await lab.as('alice').status(sha, { state: 'error', context: 'lint', description: 'broke' });
    const output = { title: 'Tests', summary: '2 of 3 passed' };
    await lab.client('app').request('POST /repos/{owner}/{repo}/check-runs', {
      ...{
        owner: 'acme',
        repo: 'app',
        name: 'tests',
        head_sha: sha,
        status: 'completed',
        conclusion: 'failure',
        output,
      },
    });
    const { items } = await forge.checks({ repository, sha }, SIGNAL);
    assert.deepEqual(
      items.map(({ name, status, conclusion, summary }) => [name, status, conclusion, summary]),
      [
        ['tests', 'completed', 'failure', '2 of 3 passed'],
        ['lint', 'completed', 'failure', 'broke'],
        ['build', 'in_progress', undefined, undefined],
      ],
    );
  });

  test('forge / github / what was merged is found by its commit, and what lies between two commits', async () => {
    const base = (await lab.bare().tip('main')) ?? '';
    const { at, sha } = await opened('feature/merged', { 'm.txt': 'm\n' });
    const mergeSha = await lab.as('bob').merge(at.number);
    const pull = await forge.pullRequest(at, SIGNAL);
    assert.deepEqual([pull.state, pull.merged, pull.mergeSha], ['closed', true, mergeSha]);
    const { items } = await forge.pullRequestsOf({ repository, sha: mergeSha }, SIGNAL);
    assert.deepEqual(
      items.map(({ number, mergeSha: as }) => [number, as]),
      [[at.number, mergeSha]],
    );
    const { commits, files } = await forge.compare({ repository, base, head: 'main' }, SIGNAL);
    assert.deepEqual(
      commits.items.map((commit) => commit.sha),
      [sha, mergeSha],
    );
    assert.deepEqual(
      files.items.map(({ path }) => path),
      ['m.txt'],
    );
  });

  test('forge / github / what nobody has is a mistake of who asks', async () => {
    const nobody = { repository, number: 99_999 };
    await assert.rejects(forge.issue(nobody, SIGNAL), { code: 'github-not-found' });
    await assert.rejects(forge.pullRequest({ ...nobody, repository: 'acme/none' }, SIGNAL), {
      code: 'github-not-found',
    });
  });
});
