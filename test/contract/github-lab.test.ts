import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { APP } from '../support/github-lab/accounts.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';

const run = promisify(execFile);
const AT = { owner: 'acme', repo: 'app' };

describe('github-lab', () => {
  let lab: GitHubLab;
  const told: { event: string; payload: Record<string, never>; signed: boolean }[] = [];
  const hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks);
    const signature = `sha256=${createHmac('sha256', 'hook').update(raw).digest('hex')}`;
    const signed = request.headers['x-hub-signature-256'] === signature;
    told.push({ event: String(request.headers['x-github-event']), payload: JSON.parse(raw.toString()), signed });
    response.writeHead(202).end();
  });

  before(async () => {
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const address = Object(hook.address());
    lab = await startGitHubLab({
      repositories: [{ name: 'acme/app', files: { 'README.md': '# App\n', 'src/a.ts': 'one\ntwo\nthree\n' } }],
      webhook: { url: `http://127.0.0.1:${address.port}/`, secret: 'hook' },
    });
  });
  after(async () => {
    await lab.stop();
    hook.closeAllConnections();
    hook.close();
  });

  /** What was told since the last time, by event and action. */
  const events = async () => {
    await lab.deliveries.idle();
    const found = told.splice(0);
    assert.ok(found.every(({ signed }) => signed));
    return found.map(({ event, payload }) => (payload.action === undefined ? event : `${event}.${payload.action}`));
  };
  const until = async (event: string) => {
    const seen: string[] = [];
    for (const end = Date.now() + 10_000; !seen.includes(event); ) {
      assert.ok(Date.now() < end, `${event} was not told, but ${seen}`);
      seen.push(...(await events()));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return seen;
  };

  test('contract / github-lab / an issue, a comment and a label are told, signed', async () => {
    const alice = lab.as('alice');
    const number = await alice.openIssue({ title: 'Broken', body: 'It is.' });
    await until('issues.opened');
    await lab.as('mallory').comment(number, 'Me too.');
    await until('issue_comment.created');
    await alice.label(number, 'bug');
    await until('issues.labeled');
    const [comment] = await alice.all('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', {
      issue_number: number,
    });
    assert.equal(comment?.author_association, 'NONE');
  });

  test('contract / github-lab / what git pushes is seen by REST and told; what REST writes git fetches', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lab-clone-'));
    const git = (...args: string[]) => run('git', ['-C', dir, '-c', 'user.name=x', '-c', 'user.email=x@x', ...args]);
    try {
      await run('git', ['clone', '--quiet', lab.gitUrl('acme/app', 'mesh-bot'), dir]);
      await git('switch', '--quiet', '-c', 'feature/pushed');
      await writeFile(join(dir, 'new.txt'), 'new\n');
      await git('add', 'new.txt');
      await git('commit', '--quiet', '-m', 'Add new');
      await git('push', '--quiet', 'origin', 'feature/pushed');
      const { stdout } = await git('rev-parse', 'HEAD');
      const ref = await lab.as('bob').request('GET /repos/{owner}/{repo}/git/ref/{ref}', {
        ref: 'heads/feature/pushed',
      });
      assert.equal(Object(ref.object).sha, stdout.trim());
      assert.ok((await until('push')).includes('create'));

      const api = lab.as('bob');
      const blob = await api.request('POST /repos/{owner}/{repo}/git/blobs', { content: 'by rest\n' });
      const tree = await api.request('POST /repos/{owner}/{repo}/git/trees', {
        base_tree: stdout.trim(),
        tree: [{ path: 'deep/er.txt', mode: '100644', type: 'blob', sha: blob.sha }],
      });
      const person = { name: 'Bob', email: 'bob@example.org', date: '2026-01-02T03:04:05Z' };
      const commit = { message: 'By REST', tree: tree.sha, parents: [stdout.trim()], author: person };
      const made = await api.request('POST /repos/{owner}/{repo}/git/commits', commit);
      const again = await api.request('POST /repos/{owner}/{repo}/git/commits', commit);
      assert.equal(made.sha, again.sha);
      await api.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ref: 'heads/feature/pushed', sha: made.sha });
      await git('pull', '--quiet', 'origin', 'feature/pushed');
      assert.equal((await git('show', 'HEAD:deep/er.txt')).stdout, 'by rest\n');
      await assert.rejects(run('git', ['-C', dir, 'push', '--quiet', lab.gitUrl('acme/app', 'mallory'), 'HEAD:main']));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });

  test('contract / github-lab / a pull request: files, reviews on lines, merge, and the issue it closes', async () => {
    const alice = lab.as('alice');
    const bob = lab.as('bob');
    const issue = await alice.openIssue({ title: 'Wanted' });
    await alice.push({ branch: 'feature/x', files: { 'src/a.ts': 'one\n2\nthree\n', 'b.ts': 'b\n' }, message: 'X' });
    const number = await alice.openPull({ head: 'feature/x', title: 'X', body: `Closes #${issue}` });
    await until('pull_request.opened');
    await assert.rejects(alice.openPull({ head: 'feature/x' }), /already exists/);
    await assert.rejects(alice.openPull({ head: 'not/there' }), { code: 'github-refused' });

    const files = await bob.all('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', { pull_number: number });
    assert.deepEqual(
      files.map(({ filename, status, additions, deletions }) => [filename, status, additions, deletions]),
      [
        ['b.ts', 'added', 1, 0],
        ['src/a.ts', 'modified', 1, 1],
      ],
    );
    assert.equal(files[1]?.patch, '@@ -1,3 +1,3 @@\n one\n-two\n+2\n three');

    const comment = { path: 'src/a.ts', line: 2, body: 'Why?' };
    await assert.rejects(bob.review(number, { event: 'COMMENT', comments: [{ ...comment, line: 40 }] }), /Line/);
    await bob.review(number, { event: 'COMMENT', body: 'Hm', comments: [comment] });
    const seen = await until('pull_request_review_comment.created');
    assert.ok(seen.includes('pull_request_review.submitted'));

    const sha = await alice.push({ branch: 'feature/x', files: { 'b.ts': 'c\n' } });
    await until('pull_request.synchronize');
    const pull = await bob.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: number });
    assert.deepEqual([Object(pull.head).sha, pull.commits, pull.changed_files, pull.additions], [sha, 2, 2, 2]);
    await assert.rejects(bob.merge(number, { sha: files[0]?.sha as string }), /Head branch was modified/);
    const merged = await bob.merge(number, { sha });
    const after = await until('issues.closed');
    assert.ok(after.includes('pull_request.closed') && after.includes('push'));
    assert.equal(await lab.bare().tip('main'), merged);
    assert.equal(await lab.bare().textOf('main', 'b.ts'), 'c\n');
  });

  test('contract / github-lab / statuses, check runs, deployments', async () => {
    const app = lab.client('app');
    const sha = (await lab.bare().tip('main')) ?? '';
    await lab.as('alice').status(sha, { state: 'failure', context: 'ci' });
    await lab.as('alice').status(sha, { state: 'success', context: 'ci' });
    const combined = await lab.as('bob').request('GET /repos/{owner}/{repo}/commits/{ref}/status', { ref: 'main' });
    assert.deepEqual([combined.state, combined.total_count], ['success', 1]);
    const run = { ...AT, name: 'review', head_sha: sha, external_id: 'mm-1' };
    await assert.rejects(lab.client('alice').request('POST /repos/{owner}/{repo}/check-runs', run), /App/);
    await app.request('POST /repos/{owner}/{repo}/check-runs', run);
    const { data } = await app.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ...AT, ref: sha });
    assert.deepEqual(
      Object(data).check_runs.map((each: Record<string, unknown>) => [each.name, each.external_id]),
      [['review', 'mm-1']],
    );
    await lab.as('alice').deploy('main', 'production', { state: 'success', environment_url: 'https://app.example' });
    const seen = await until('deployment_status.created');
    assert.ok(seen.includes('status'));
  });

  test('contract / github-lab / an App writes as itself; a token of nobody is refused', async () => {
    const number = await lab.as('alice').openIssue({ title: 'A question' });
    const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const { data } = await lab.client('app').request(route, { ...AT, issue_number: number, body: 'Hello' });
    assert.equal(Object(data).user.login, APP.login);
    const response = await fetch(`${lab.url}/repos/acme/app/issues`, { headers: { authorization: 'token nobody' } });
    assert.equal(response.status, 401);
  });

  test('contract / github-lab / a draft becomes ready by GraphQL only', async () => {
    const alice = lab.as('alice');
    await alice.push({ branch: 'draft', files: { 'd.txt': 'd\n' } });
    const number = await alice.openPull({ head: 'draft', draft: true });
    const pull = await alice.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', {
      ...{ pull_number: number, draft: false },
    });
    assert.equal(pull.draft, true);
    const query =
      'mutation($input: MarkPullRequestReadyForReviewInput!) { markPullRequestReadyForReview(input: $input) { clientMutationId } }';
    await lab
      .client('alice')
      .request('POST /graphql', { query, variables: { input: { pullRequestId: pull.node_id } } });
    await until('pull_request.ready_for_review');
  });

  test('contract / github-lab / what was not delivered is listed and made again with its id', async (t) => {
    const failing = createServer((_, response) => response.writeHead(failing.listening && isUp ? 202 : 503).end());
    let isUp = false;
    t.after(() => {
      failing.closeAllConnections();
      failing.close();
    });
    await new Promise<void>((resolve) => failing.listen(0, '127.0.0.1', resolve));
    const hookId = lab.hook({ url: `http://127.0.0.1:${Object(failing.address()).port}/`, secret: 's' });
    await lab.as('alice').openIssue({ title: 'Unheard' });
    await until('issues.opened');
    const list = { hook_id: hookId };
    const [missed] = await lab.as('alice').all('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', list);
    assert.equal(missed?.status_code, 503);
    isUp = true;
    const again = 'POST /repos/{owner}/{repo}/hooks/{hook_id}/deliveries/{delivery_id}/attempts';
    await lab.as('alice').request(again, { ...list, delivery_id: missed?.id });
    await lab.deliveries.idle();
    const [made] = await lab.as('alice').all('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', list);
    assert.deepEqual([made?.status_code, made?.guid, made?.redelivery], [202, missed?.guid, true]);

    isUp = false;
    await lab.as('alice').openIssue({ title: 'Unheard again' });
    await until('issues.opened');
    isUp = true;
    lab.deliveries.again();
    lab.deliveries.again();
    await lab.deliveries.idle();
    const tries = await lab.as('alice').all('GET /repos/{owner}/{repo}/hooks/{hook_id}/deliveries', list);
    assert.deepEqual(
      tries.slice(0, 2).map(({ status_code, redelivery }) => [status_code, redelivery]),
      [
        [202, true],
        [503, false],
      ],
    );
  });
});
