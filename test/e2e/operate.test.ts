import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import type { DevNode } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { type BrokenServer, brokenServer } from '../support/broken-server.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { call } from '../support/http.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, testMesh } from './mesh.ts';

const examples = exampleWebhooks();
const ISSUE = examples.find(({ event }) => event === 'issues') as Webhook;
const PULL_REQUEST = examples.find(({ event }) => event === 'pull_request') as Webhook;
/** All a node that leaves may take (W8). */
const LEAVE_MS = 25_000;
const SETTLE_MS = 120_000;

function node(name: string, role: DevNode['role'], generals: readonly string[] = []): DevNode {
  return { name, role, cluster: 'test', region: 'test', generals, preferredPort: 0 };
}

describe('a mesh with two replicas of one general, and one general that nobody offers', () => {
  let silent: BrokenServer;
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    // A model that never answers: each execution takes as long as its deadline, then the rules answer.
    silent = await brokenServer(() => undefined);
    const routes = [
      {
        name: 'issues',
        match: { kind: ['issue_opened', 'issue_updated', 'issue_labeled', 'issue_closed'] },
        generals: ['triage'],
      },
    ];
    const made = await testMesh({
      nodes: [
        node('aggregator', 'aggregator'),
        node('orchestrator', 'orchestrator'),
        node('one', 'general', ['triage-general']),
        node('two', 'general', ['triage-general']),
      ],
      env: { OPENAI_BASE_URL: silent.url, OPENAI_API_KEY: 'test' },
      overrides: {
        routes,
        routing: { defaults: false, unrouted: 'developer', waitingDeadline: '3s' },
        model: { timeout: '3s' },
      },
    });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(async () => {
    await stop?.();
    await silent.close();
  });

  /** Each about a subject of its own. */
  async function send({ event, payload }: Webhook, number: number): Promise<string> {
    const given = Object(payload);
    const key = event === 'issues' ? 'issue' : 'pull_request';
    const delivery = randomUUID();
    const body = { ...given, number, [key]: { ...given[key], number }, sent_as: delivery };
    const answer = await postWebhook(mesh.url('aggregator'), mesh.secret, { event, payload: body }, delivery);
    assert.equal(answer.status, 202);
    return delivery;
  }

  it('e2e / leaving / what a node has not begun is done by another, and it is gone within 25 s', {
    timeout: 180_000,
  }, async () => {
    const client = mesh.client('orchestrator');
    const sent = await Promise.all(Array.from({ length: 12 }, (_, i) => send(ISSUE, 100 + i)));
    const queued = async () => (await client.tasks({ state: 'accepted' })).filter(({ nodeName }) => nodeName === 'one');
    await waitFor('tasks to queue at the first', async () => (await queued()).length > 1);
    const child = mesh.child('one');
    const startedAt = Date.now();
    child?.signal('SIGTERM');
    await child?.exited;
    assert.ok(Date.now() - startedAt < LEAVE_MS);
    const stories = await Promise.all(sent.map((delivery) => settledStory(mesh, delivery, SETTLE_MS)));
    const tasks = stories.flatMap((story) => story.tasks);
    assert.ok(tasks.every(({ state }) => state === 'done'));
    assert.ok(
      tasks.every(({ attempts }) => attempts.length === 1),
      'nothing was begun twice',
    );
    assert.ok(
      tasks.some(({ handedBack }) => handedBack?.includes(mesh.node('one').peer)),
      'something was handed back',
    );
    mesh.start('one');
    await mesh.ready();
  });

  it('e2e / dead letters / are listed, tried anew and dropped, from any node', { timeout: 120_000 }, async () => {
    const client = mesh.client('orchestrator');
    const id = eventIdOf('github', await send(PULL_REQUEST, 7));
    const letters = () => client.deadLetters();
    await waitFor('it to be given up', async () => (await letters()).length === 1, SETTLE_MS);
    const [letter] = await letters();
    assert.deepEqual([letter?.eventId, letter?.general, letter?.round], [id, 'developer-general', 0]);
    assert.deepEqual(await mesh.client('two').retry({ id }), { eventId: id, slots: [letter?.slot] });
    const lines = () => client.tasks({ general: 'developer-general' });
    await waitFor('it to be tried anew', async () => (await lines()).length === 1);
    await waitFor('it to be given up again', async () => (await letters())[0]?.round === 1, SETTLE_MS);
    await mesh.client('one').drop({ id });
    await waitFor('it to be listed no more', async () => (await letters()).length === 0);
    assert.match((await client.explain(id)).tasks[0]?.dead ?? '', /\(dropped\)$/);
    await assert.rejects(client.retry({ id: 'github:nothing' }), { code: 'daemon-refused' });
  });

  it('e2e / replay / an event that was given up is done by another general', { timeout: 120_000 }, async () => {
    const client = mesh.client('orchestrator');
    const id = eventIdOf('github', await send(PULL_REQUEST, 8));
    await waitFor('it to be here', async () => (await client.explain(id).catch(() => undefined)) !== undefined);
    const dry = await client.replay({ id, dryRun: true });
    assert.deepEqual([dry.eventId, dry.causationid], [undefined, id]);
    assert.equal(dry.route?.waiting[0]?.general, 'developer-general');
    const { eventId, route } = await client.replay({ id, to: 'triage' });
    assert.match(eventId ?? '', /^replay:/);
    assert.deepEqual(
      route?.slots.map(({ slot }) => slot),
      ['triage-general'],
    );
    const settled = async () => (await client.explain(eventId ?? '')).settled?.outcome;
    await waitFor('the replay to be done', async () => (await settled()) === 'done', SETTLE_MS);
    await assert.rejects(client.replay({ id, to: 'nobody' }), { code: 'daemon-refused' });
  });

  it('e2e / tasks / GET /tasks and /dlq want the token', { timeout: 30_000 }, async () => {
    const url = mesh.url('orchestrator');
    const headers = { authorization: `Bearer ${mesh.token}` };
    for (const path of ['/tasks', '/dlq', '/v1/tasks', '/v1/dlq']) {
      const answer = await call(`${url}${path}`, { headers });
      assert.equal(answer.status, 200, path);
      assert.ok(Array.isArray(answer.json()));
    }
    assert.equal((await call(`${url}/v1/dlq/retry`, { method: 'POST', headers: {} })).status, 401);
  });
});
