import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import type { DevNode } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { type BrokenServer, brokenServer } from '../support/broken-server.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { waitFor } from '../support/wait-for.ts';
import { testMesh } from './mesh.ts';

const ISSUE = exampleWebhooks().find(({ event }) => event === 'issues') as Webhook;
const SETTLE_MS = 120_000;

function node(name: string, role: DevNode['role'], generals: readonly string[] = []): DevNode {
  return { name, role, cluster: 'test', region: 'test', generals, preferredPort: 0 };
}

describe('sessions that people hold, let go and end', () => {
  let silent: BrokenServer;
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    // A model that never answers: each execution takes as long as its deadline, so that others of its subject wait behind it.
    silent = await brokenServer(() => undefined);
    const made = await testMesh({
      nodes: [
        node('aggregator', 'aggregator'),
        node('orchestrator', 'orchestrator'),
        node('one', 'general', ['triage-general']),
      ],
      env: { OPENAI_BASE_URL: silent.url, OPENAI_API_KEY: 'test' },
      overrides: {
        routes: [{ name: 'issues', match: {}, generals: ['triage'] }],
        routing: { defaults: false },
        model: { timeout: '4s' },
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

  it('e2e / sessions / one is held while another of its subject goes on, goes on after a restart, and one is ended for good', {
    timeout: 240_000,
  }, async () => {
    const client = mesh.client('orchestrator');
    const ids = [];
    for (let i = 0; i < 4; i++) {
      const { delivery, status } = await postWebhook(mesh.url('aggregator'), mesh.secret, another(i));
      assert.equal(status, 202);
      ids.push(eventIdOf('github', delivery));
    }
    const [first = '', held = '', ended = '', last = ''] = ids;
    const stateOf = async (id: string) => (await client.sessions()).find(({ eventId }) => eventId === id)?.state;
    await waitFor('all to be in hand', async () => (await client.sessions()).length === 4, SETTLE_MS);
    assert.deepEqual((await client.orderSession({ id: held, order: 'pause', by: 'ada' })).slots, ['triage-general']);
    await client.orderSession({ id: ended, order: 'cancel', by: 'ada' });
    assert.equal(await stateOf(held), 'paused');
    const outcome = async (id: string) => (await client.explain(id)).settled?.outcome;
    await waitFor('the first to be done', async () => (await outcome(first)) === 'done', SETTLE_MS);
    await waitFor(
      'the last to be done, past the one that is held',
      async () => (await outcome(last)) === 'done',
      SETTLE_MS,
    );
    assert.equal(await outcome(ended), 'dead');
    assert.deepEqual(await client.deadLetters(), [], 'what a person ended is no dead letter to look at');
    assert.equal(await outcome(held), undefined);

    const child = mesh.child('one');
    child?.signal('SIGKILL');
    await child?.exited;
    mesh.start('one');
    await waitFor('it to be in hand again', async () => (await stateOf(held)) === 'paused', SETTLE_MS);
    await client.orderSession({ id: held, order: 'steer', text: 'mind the cache', by: 'ada' });
    const view = await client.session({ id: held });
    assert.deepEqual([view.by, view.words[0]?.text], ['ada', 'mind the cache']);
    await client.orderSession({ id: held, order: 'resume', by: 'ada' });
    await waitFor('it to be done', async () => (await outcome(held)) === 'done', SETTLE_MS);
    assert.deepEqual(await client.sessions(), []);
  });

  function another(i: number): Webhook {
    const { issue, ...payload } = Object(ISSUE.payload);
    return { ...ISSUE, payload: { ...payload, issue: { ...issue, title: `the ${i}. of one subject` } } };
  }
});
