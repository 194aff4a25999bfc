import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import type { DevNode } from '../../daemon/dev/plan.ts';
import { keyIn } from '../../protocols/marker.ts';
import type { EventLine } from '../../protocols/operator.ts';
import { ACCOUNTS } from '../support/github-lab/accounts.ts';
import { type GitHubLab, startGitHubLab } from '../support/github-lab/lab.ts';
import { call } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';
import { testMesh } from './mesh.ts';

const REPOSITORY = 'acme/app';
const WAIT_MS = 60_000;
const BUG = 'Steps:\n1. upgrade to version 2.1\n2. open the list\nI expected pages, but there are none.';

function node(name: string, role: DevNode['role'], generals: readonly string[] = []): DevNode {
  return { name, role, cluster: 'test', region: 'test', generals, preferredPort: 0 };
}

describe('a product owner at GitHub, without a model', () => {
  let lab: GitHubLab;
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    lab = await startGitHubLab({ repositories: [{ name: REPOSITORY, files: { 'README.md': '# App\n' } }] });
    const made = await testMesh({
      nodes: [
        node('aggregator', 'aggregator'),
        node('orchestrator', 'orchestrator'),
        node('general', 'general', ['product-owner-general', 'developer-general']),
      ],
      env: { GITHUB_TOKEN: ACCOUNTS['mesh-bot'].token },
      overrides: {
        effects: { comments: 'on', labels: 'on' },
        github: { baseUrl: lab.url, token: { env: 'GITHUB_TOKEN' }, throttle: false },
      },
    });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
    lab.hook({ url: `${mesh.url('aggregator')}/webhook/github`, secret: mesh.secret });
  });
  after(async () => {
    await stop?.();
    await lab.stop();
  });

  const place = (number: number) => ({ owner: 'acme', repo: 'app', issue_number: number });
  const ofMesh = async (number: number): Promise<string[]> => {
    const { data } = await lab
      .client('alice')
      .request('GET /repos/{owner}/{repo}/issues/{issue_number}/comments', place(number));
    const comments = data as { user: { login: string }; body: string }[];
    const isOurs = (body: string) => keyIn(body) !== undefined && body.startsWith('### Product owner');
    return comments.filter(({ user, body }) => user.login === 'mesh-bot' && isOurs(body)).map(({ body }) => body);
  };
  const labelsOf = async (number: number): Promise<string[]> => {
    const { data } = await lab
      .client('alice')
      .request('GET /repos/{owner}/{repo}/issues/{issue_number}', place(number));
    return (data as { labels: { name: string }[] }).labels.map(({ name }) => name);
  };
  const isLabeled = (number: number, label: string) =>
    waitFor(`#${number} to be ${label}`, async () => (await labelsOf(number)).join() === label, WAIT_MS);
  /** Every event of an issue, once none is open any more. */
  const settled = async (number: number): Promise<readonly EventLine[]> => {
    const client = mesh.client('orchestrator');
    const ofIssue = async () => {
      const lines = await client.events({ limit: 200 });
      return lines.filter(({ subject }) => subject === `${REPOSITORY}#${number}`);
    };
    await waitFor(
      'all events to settle',
      async () => (await ofIssue()).every(({ state }) => state === 'done'),
      WAIT_MS,
    );
    return ofIssue();
  };
  /** The events with which a developer began. */
  const developed = async (number: number): Promise<string[]> => {
    const client = mesh.client('orchestrator');
    const stories = await Promise.all((await settled(number)).map(({ eventId }) => client.explain(eventId)));
    return stories.flatMap(({ kind, tasks }) =>
      tasks.some(({ general }) => general === 'developer-general') ? [kind] : [],
    );
  };
  const openApproval = async (number: number) => {
    const lines = await mesh.client('orchestrator').approvals();
    return lines.find(({ subject }) => subject === `${REPOSITORY}#${number}`);
  };

  it('e2e / product owner / asks, hears the answer, and a member’s ok of exactly the text begins the development, once', {
    timeout: 180_000,
  }, async () => {
    const alice = lab.as('alice');
    const number = await alice.openIssue({ title: 'The list crashes', body: 'It is bad.' });
    await isLabeled(number, 'needs-clarification');
    const [questions = ''] = await ofMesh(number);
    assert.match(questions, /By fixed rules it seems to lack something/);
    assert.match(questions, /Which version is it\?/);

    await alice.editIssue(number, { body: BUG });
    await isLabeled(number, 'ready-for-dev');
    await waitFor('the approval to be asked for', async () => (await openApproval(number)) !== undefined, WAIT_MS);
    const { textHash = '' } = (await openApproval(number)) ?? {};
    const said = await ofMesh(number);
    assert.equal(said.length, 2, said.join('\n---\n'));
    assert.ok(said[1]?.includes(`/mindmesh ok ${textHash.slice(0, 12)}`));

    await lab.as('mallory').comment(number, '/mindmesh ok');
    await lab.as('mesh-bot').comment(number, `/mindmesh ok ${textHash}`);
    await alice.comment(number, '/mindmesh ok 0123456');
    await alice.comment(number, '> /mindmesh ok');
    assert.deepEqual(await developed(number), [], 'by nobody who may, of no other text, and not by a quote');

    await alice.comment(number, `Fine.\n\n/mindmesh ok ${textHash.slice(0, 7)}`);
    await waitFor('it to be approved', async () => (await openApproval(number)) === undefined, WAIT_MS);
    await alice.comment(number, '/mindmesh ok');
    assert.deepEqual(await developed(number), ['issue_commented']);
    const [word] = (await mesh.client('general').approvals({ all: true })).filter(({ subject }) =>
      subject.endsWith(`#${number}`),
    );
    assert.deepEqual([word?.state, word?.by, word?.via], ['approved', 'alice', 'comment']);
    assert.equal((await ofMesh(number)).length, 2, 'nothing was said twice');
  });

  it('e2e / product owner / an approval at the command line begins it too; an edit takes it back', {
    timeout: 180_000,
  }, async () => {
    const alice = lab.as('alice');
    const number = await alice.openIssue({ title: 'The list crashes again', body: BUG });
    await isLabeled(number, 'ready-for-dev');
    await waitFor('the approval to be asked for', async () => (await openApproval(number)) !== undefined, WAIT_MS);
    await alice.editIssue(number, { body: `${BUG}\nAlso in version 2.2.` });
    const first = (await openApproval(number))?.textHash;
    const isOther = async () => {
      const hash = (await openApproval(number))?.textHash;
      return hash !== undefined && hash !== first;
    };
    await waitFor('the other text to be asked for', isOther, WAIT_MS);
    const client = mesh.client('general');
    const answer = await client.approve({ subject: `${REPOSITORY}#${number}`, verdict: 'approved', by: 'ada' });
    assert.deepEqual([answer.state, answer.by, answer.textHash === first], ['approved', 'ada', false]);
    await waitFor('development to begin', async () => (await developed(number)).length > 0, WAIT_MS);
    assert.deepEqual(await developed(number), ['issue_updated']);
  });

  it('e2e / product owner / words of people want the token', { timeout: 30_000 }, async () => {
    const url = mesh.url('orchestrator');
    const headers = { authorization: `Bearer ${mesh.token}` };
    for (const path of ['/sessions', '/approvals', '/v1/sessions', '/v1/approvals']) {
      assert.equal((await call(`${url}${path}`, { headers })).status, 200, path);
      assert.equal((await call(`${url}${path}`, { headers: { 'x-forwarded-for': '10.0.0.1' } })).status, 401, path);
    }
    for (const path of ['/v1/sessions/order', '/v1/approvals/say']) {
      assert.equal((await call(`${url}${path}`, { method: 'POST' })).status, 401, path);
    }
  });
});
