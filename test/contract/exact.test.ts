import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BranchEffect } from '../../daemon/github/branch-effect.ts';
import { LabelEffect } from '../../daemon/github/label-effect.ts';
import { MergeEffect } from '../../daemon/github/merge-effect.ts';
import { ownLogin } from '../../daemon/github/own-login.ts';
import { PullRequestEffect } from '../../daemon/github/pull-request-effect.ts';
import { ReadyEffect } from '../../daemon/github/ready-effect.ts';
import { StatusEffect } from '../../daemon/github/status-effect.ts';
import type { CommitBody } from '../../protocols/effect-bodies.ts';
import { keyIn } from '../../protocols/marker.ts';
import { OutsideWorld } from '../fakes/effect-world.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';
import { keyNumber } from './converging.suite.ts';
import { exactSuite, MARKER, refOf } from './exact.suite.ts';

const SIGNAL = new AbortController().signal;
const repository = 'acme/app';

exactSuite('effects / an outside with names, in memory', async () => {
  const world = new OutsideWorld();
  const target = { repository, number: 1 };
  const other = { hops: 1, key: keyNumber(2) };
  const disturb = async () => {
    await world.exact().create(target, other, 'another', SIGNAL);
  };
  return { adapter: world.exact(), target, body: 'text', disturb };
});

describe('effects / at GitHub', () => {
  let lab: GitHubLab;
  let count = 0;
  before(async () => {
    const files = { 'README.md': '# App\n', 'a.txt': 'a\n', 'run.sh': '#!/bin/sh\n' };
    lab = await startGitHubLab({ repositories: [{ name: repository, files }] });
  });
  after(() => lab.stop());

  const github = () => lab.client('mesh-bot');
  const parts = () => ({ github: github(), self: ownLogin({ as: 'token' }, { github: github() }) });
  const fresh = () => `feature/x${++count}`;
  const tip = async (branch = 'main') => (await lab.bare().tip(branch)) ?? '';
  const opened = async (pull: { draft?: boolean } = {}) => {
    const head = fresh();
    const sha = await lab.as('alice').push({ branch: head, files: { [`${head}.txt`]: 'x\n' } });
    return { head, sha, number: await lab.as('alice').openPull({ head, ...pull }) };
  };
  const commitOn = async (parent?: string): Promise<CommitBody> => ({
    parent: parent ?? (await tip()),
    message: 'Add b',
    author: { name: 'mindmesh', email: 'mesh@example.org' },
    at: '2026-11-21T10:00:00Z',
    files: [
      { path: 'deep/b.txt', text: 'b\n' },
      { path: 'a.txt', text: null },
      { path: 'run.sh', text: '#!/bin/sh\nexit 0\n', executable: true },
    ],
  });

  exactSuite('labels', async () => {
    const number = await lab.as('alice').openIssue({ title: 'A wish', labels: ['needs-clarification'] });
    const body = { add: ['Ready-For-Dev'], remove: ['needs-clarification', 'never-there'] };
    return { adapter: new LabelEffect(parts()), target: { repository, number }, body };
  });

  exactSuite('statuses', async () => {
    const sha = await lab.as('alice').push({ branch: fresh(), files: { 's.txt': `${count}\n` } });
    const body = { context: 'security', state: 'failure', description: 'x'.repeat(300) };
    return { adapter: new StatusEffect(parts()), target: { repository, sha }, body };
  });

  exactSuite('branches with a commit', async () => {
    const branch = fresh();
    const disturb = async () => {
      await lab.as('bob').push({ branch, files: { 'bob.txt': 'mine\n' } });
    };
    const body = { expected: null, commit: await commitOn() };
    return { adapter: new BranchEffect(parts()), target: { repository, branch }, body, disturb };
  });

  exactSuite('branches moved on', async () => {
    const branch = fresh();
    const expected = await lab.as('bob').push({ branch, files: { 'bob.txt': 'mine\n' } });
    const disturb = async () => {
      await lab.as('bob').push({ branch, files: { 'bob.txt': 'mine again\n' } });
    };
    const body = { expected, commit: await commitOn(expected) };
    return { adapter: new BranchEffect(parts()), target: { repository, branch }, body, disturb };
  });

  exactSuite('pull requests', async () => {
    const head = fresh();
    await lab.as('bob').push({ branch: head, files: { [`${head}.txt`]: 'x\n' } });
    const disturb = async () => {
      await lab.as('bob').openPull({ head });
    };
    const body = { title: 'X', text: 'Closes #1', draft: true };
    return { adapter: new PullRequestEffect(parts()), target: { repository, head, base: 'main' }, body, disturb };
  });

  exactSuite('drafts that become ready', async () => {
    const { number } = await opened({ draft: true });
    const disturb = () => lab.as('alice').editPull(number, { state: 'closed' });
    return { adapter: new ReadyEffect(parts()), target: { repository, number }, body: undefined, disturb };
  });

  exactSuite('merges', async () => {
    const { head, sha, number } = await opened();
    const disturb = async () => {
      await lab.as('alice').push({ branch: head, files: { 'late.txt': 'late\n' } });
    };
    return { adapter: new MergeEffect(parts()), target: { repository, number }, body: { sha }, disturb };
  });

  test('labels / are added and taken away, and case does not make two of one', async () => {
    const number = await lab.as('alice').openIssue({ title: 'A wish', labels: ['Old', 'kept'] });
    const adapter = new LabelEffect(parts());
    const body = { add: ['KEPT', 'new'], remove: ['old'] };
    await adapter.create({ repository, number }, MARKER, body, SIGNAL);
    const { labels } = await lab.as('alice').request('GET /repos/{owner}/{repo}/issues/{issue_number}', {
      issue_number: number,
    });
    assert.deepEqual((labels as { name: string }[]).map(({ name }) => name).sort(), ['kept', 'new']);
  });

  test('branches / the commit is what was given: files, deletions, modes, author, date, marker', async () => {
    const branch = fresh();
    const body = { expected: null, commit: await commitOn() };
    const made = await new BranchEffect(parts()).create({ repository, branch }, MARKER, body, SIGNAL);
    const of = lab.bare();
    assert.equal(await tip(branch), refOf(made).id);
    const changed = await of.text(['diff-tree', '--no-commit-id', '-r', '--raw', branch]);
    const modes = changed.split('\n').map((line) => [line.slice(1, 7), line.slice(8, 14), line.split('\t')[1]]);
    assert.deepEqual(modes, [
      ['100644', '000000', 'a.txt'],
      ['000000', '100644', 'deep/b.txt'],
      ['100644', '100755', 'run.sh'],
    ]);
    const log = await of.text(['log', '-1', '--format=%an %ae %aI %cI', branch]);
    assert.equal(log, 'mindmesh mesh@example.org 2026-11-21T10:00:00+00:00 2026-11-21T10:00:00+00:00');
    assert.equal(keyIn(await of.text(['log', '-1', '--format=%B', branch])), MARKER.key);
  });

  test('branches / a tip that does not come after the one that is there is refused', async () => {
    const branch = fresh();
    const expected = await lab.as('bob').push({ branch, files: { 'bob.txt': 'mine\n' } });
    const target = { repository, branch };
    const body = { expected, commit: await commitOn(await tip()) };
    await assert.rejects(new BranchEffect(parts()).create(target, MARKER, body, SIGNAL), { code: 'github-refused' });
    assert.equal(await tip(branch), expected);
  });

  test('branches / a name that git does not take is a mistake of ours', async () => {
    for (const branch of ['../up', 'a..b', 'a b', '-x/../y', 'x.lock', 'a~1', '/a', 'a/', 'a//b', '.a']) {
      const body = { expected: null, sha: await tip() };
      await assert.rejects(new BranchEffect(parts()).create({ repository, branch }, MARKER, body, SIGNAL), {
        code: 'effect-invalid',
      });
    }
  });

  test('branches / a merged pull request is taken back file by file, also under later work; not where a file changed since', async () => {
    const head = fresh();
    const [one, two] = [`${head}/one.txt`, `${head}/two.txt`];
    await lab.as('bob').push({ branch: 'main', files: { [two]: 'before\n' } });
    await lab.as('alice').push({ branch: head, files: { [one]: '1\n', [two]: 'after\n' } });
    const number = await lab.as('alice').openPull({ head });
    const commit = await lab.as('bob').merge(number);
    await lab.as('bob').push({ branch: 'main', files: { 'later.txt': `${count}\n` } });
    const revert = async () => {
      const { files: _, ...about } = await commitOn();
      return { expected: null, revert: { ...about, commit } };
    };
    const branch = `revert/${number}`;
    const adapter = new BranchEffect(parts());
    const body = await revert();
    const made = await adapter.create({ repository, branch }, MARKER, body, SIGNAL);
    assert.equal(made.outcome, 'created');
    assert.equal((await adapter.create({ repository, branch }, MARKER, body, SIGNAL)).outcome, 'exists');
    assert.equal(await lab.bare().textOf(branch, one), undefined);
    assert.equal(await lab.bare().textOf(branch, two), 'before\n');
    assert.equal(await lab.bare().textOf(branch, 'later.txt'), `${count}\n`);

    await lab.as('bob').push({ branch: 'main', files: { [one]: 'and more\n' } });
    const late = await adapter.create({ repository, branch: fresh() }, MARKER, await revert(), SIGNAL);
    assert.deepEqual(late, { outcome: 'conflict', problem: `${one} was changed again since` });
  });

  test('pull requests / one that was merged before anybody knew that it was opened is not opened again', async () => {
    const head = fresh();
    await lab.as('bob').push({ branch: head, files: { [`${head}.txt`]: 'x\n' } });
    const adapter = new PullRequestEffect(parts());
    const target = { repository, head, base: 'main' };
    const body = { title: 'X', text: 'Text' };
    const { id } = refOf(await adapter.create(target, MARKER, body, SIGNAL));
    await lab.as('bob').merge(Number(id));
    await lab.as('bob').push({ branch: head, files: { [`${head}.txt`]: 'more\n' } });
    const again = await adapter.create(target, MARKER, body, SIGNAL);
    assert.deepEqual([again.outcome, refOf(again).id], ['exists', id]);
  });

  test('merges / a draft is not merged, nor one that was closed; one merged by somebody at that head is', async () => {
    const adapter = new MergeEffect(parts());
    const draft = await opened({ draft: true });
    const create = ({ number, sha }: { number: number; sha: string }) =>
      adapter.create({ repository, number }, MARKER, { sha, method: 'squash' }, SIGNAL);
    assert.equal((await create(draft)).outcome, 'conflict');
    const closed = await opened();
    await lab.as('alice').editPull(closed.number, { state: 'closed' });
    assert.equal((await create(closed)).outcome, 'conflict');
    const merged = await opened();
    const id = await lab.as('bob').merge(merged.number, { sha: merged.sha });
    assert.deepEqual(await create(merged), { outcome: 'exists', ref: { id } });
  });
});
