import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { CheckRunEffect } from '../../daemon/github/check-run-effect.ts';
import { readDelivery } from '../../roles/aggregator/delivery.ts';
import { startGitHubLab } from '../support/github-lab/lab.ts';
import { waitFor } from '../support/wait-for.ts';
import { keyNumber } from './converging.suite.ts';

const SECRET = 'between GitHub and us';

test('contract / github-lab / what happens there is taken in as what it is, about what it is, by whom it is', async (t) => {
  const seen: string[] = [];
  const hook = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    const delivery = readDelivery(
      { source: 'github', headers, body: Buffer.concat(chunks), receivedAt: 1_800_000_000_000 },
      { org: 'acme', secrets: [SECRET] },
    );
    if (delivery.status !== 'event') seen.push(JSON.stringify(delivery));
    else {
      const { kind, subject, actor, actortype, authorassociation, hops } = delivery.event;
      seen.push(`${kind} ${subject} ${actor} ${actortype} ${authorassociation}${hops > 0 ? ` hops ${hops}` : ''}`);
    }
    response.writeHead(202).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const webhook = { url: `http://127.0.0.1:${Object(hook.address()).port}/`, secret: SECRET };
  const lab = await startGitHubLab({ repositories: [{ name: 'acme/app', files: { 'a.txt': 'a\n' } }], webhook });
  t.after(async () => {
    await lab.stop();
    hook.closeAllConnections();
    hook.close();
  });
  const alice = lab.as('alice');
  const bob = lab.as('bob');
  const place = { owner: 'acme', repo: 'app' };

  /** What an act is told as. */
  const told = async (act: () => Promise<unknown>, ...expected: string[]) => {
    seen.length = 0;
    await act();
    await waitFor(`${expected.length} events`, () => seen.length >= expected.length, 5_000).catch(() => {});
    assert.deepEqual(seen.toSorted(), expected.toSorted());
  };

  let issue = 0;
  let pull = 0;
  let sha = '';
  await told(async () => {
    issue = await lab.as('mallory').openIssue({ title: 'Broken' });
  }, 'issue_opened acme/app#1 mallory user NONE');
  await told(() => alice.comment(issue, 'Which version?'), 'issue_commented acme/app#1 alice user MEMBER');
  await told(() => bob.label(issue, 'bug'), 'issue_labeled acme/app#1 bob user NONE');
  await told(
    () => alice.push({ branch: 'fix', files: { 'a.txt': 'b\n' } }),
    'repository_changed acme/app@refs/heads/fix alice user UNKNOWN',
    'commit_graph acme/app@refs/heads/fix alice user UNKNOWN',
  );
  await told(async () => {
    pull = await alice.openPull({ head: 'fix', body: `Fixes #${issue}`, draft: true });
  }, 'pr_created acme/app#2 alice user MEMBER');
  await told(async () => {
    const { node_id } = await alice.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { pull_number: pull });
    const query =
      'mutation($input: MarkPullRequestReadyForReviewInput!) { markPullRequestReadyForReview(input: $input) { clientMutationId } }';
    await lab
      .client('alice')
      .request('POST /graphql', { ...place, query, variables: { input: { pullRequestId: node_id } } });
  }, 'review_started acme/app#2 alice user MEMBER');
  await told(
    async () => {
      sha = await alice.push({ branch: 'fix', files: { 'a.txt': 'c\n' } });
    },
    'commit_graph acme/app@refs/heads/fix alice user UNKNOWN',
    'pr_updated acme/app#2 alice user MEMBER',
  );
  await told(() => bob.label(pull, 'urgent'), 'pr_labeled acme/app#2 bob user MEMBER');
  await told(() => lab.as('mallory').comment(pull, 'Nice'), 'pr_commented acme/app#2 mallory user NONE');
  await told(
    () => bob.review(pull, { event: 'COMMENT', body: 'Hm', comments: [{ path: 'a.txt', line: 1, body: 'Why?' }] }),
    'review_submitted acme/app#2 bob user MEMBER',
    'review_commented acme/app#2 bob user MEMBER',
  );
  const mesh = new CheckRunEffect({ github: lab.client('app') });
  const check = { name: 'tests', conclusion: 'success', title: 'Fine', summary: 'All is well.' };
  await told(
    () =>
      mesh.write({ repository: 'acme/app', sha }, { hops: 2, key: keyNumber(1) }, check, new AbortController().signal),
    'checks_requested acme/app#2 my-mesh[bot] bot UNKNOWN hops 2',
    'check_completed acme/app#2 my-mesh[bot] bot UNKNOWN hops 2',
    // A suite has no text that could tell.
    'check_completed acme/app#2 my-mesh[bot] bot UNKNOWN',
  );
  await told(
    () => lab.as('ci').check(sha, { name: 'unit' }),
    'checks_requested acme/app#2 github-actions[bot] bot UNKNOWN',
  );
  await told(
    () => lab.as('ci').check(sha, { name: 'lint', conclusion: 'success' }),
    'checks_requested acme/app#2 github-actions[bot] bot UNKNOWN',
    'check_completed acme/app#2 github-actions[bot] bot UNKNOWN',
  );
  await told(
    () => lab.as('ci').check(sha, { name: 'unit', conclusion: 'failure' }),
    'checks_requested acme/app#2 github-actions[bot] bot UNKNOWN',
    'check_completed acme/app#2 github-actions[bot] bot UNKNOWN',
    'check_completed acme/app#2 github-actions[bot] bot UNKNOWN',
  );
  await told(
    () => alice.status(sha, { state: 'success' }),
    'status_changed acme/app@refs/heads/fix alice user UNKNOWN',
  );
  await told(
    () => bob.merge(pull),
    'pr_merged acme/app#2 bob user MEMBER',
    'commit_graph acme/app@refs/heads/main bob user UNKNOWN',
    'issue_closed acme/app#1 bob user NONE',
  );
  await told(
    () => alice.deploy('main', 'production', { state: 'success' }),
    'deployment_created acme/app@refs/heads/main alice user UNKNOWN',
    'deployment_status acme/app@refs/heads/main alice user UNKNOWN',
  );
});
