import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import type { DevNode } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import type { ExplainView } from '../../protocols/operator.ts';
import { exampleWebhooks, postWebhook } from '../support/github.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, type TestMeshOptions, testMesh } from './mesh.ts';

/** Two clusters whose nodes do everything by themselves: home takes webhooks in, away is far. */
const HOME: DevNode = {
  name: 'home',
  role: 'aggregator',
  cluster: 'home',
  region: 'test',
  generals: [],
  preferredPort: 0,
};
const AWAY: DevNode = { ...HOME, name: 'away', cluster: 'away' };
const EVERYTHING = {
  node: { roles: ['aggregator', 'orchestrator', 'general'] },
  http: { orchestrator: { port: 0 }, general: { port: 0 } },
  generals: ['product-owner-general', 'triage-general', 'general-purpose-general'],
};
const ISSUE = exampleWebhooks().find(({ event, payload }) => event === 'issues' && Object(payload).action === 'opened');
const SETTLE_MS = 120_000;

async function inMesh(options: TestMeshOptions, body: (mesh: DevMesh) => Promise<void>): Promise<void> {
  const { mesh, end } = await testMesh(options);
  try {
    await body(mesh);
  } finally {
    await end();
  }
}

async function post(mesh: DevMesh, name: string): Promise<string> {
  const delivery = randomUUID();
  const webhook = { event: 'issues', payload: { ...Object(ISSUE?.payload), sent_as: delivery } };
  assert.equal((await postWebhook(mesh.url(name), mesh.secret, webhook, delivery)).status, 202);
  return delivery;
}

async function settled(mesh: DevMesh, name: string, delivery: string): Promise<ExplainView> {
  return waitFor(
    `${delivery} to settle`,
    async () => {
      const story = await mesh.client(name).explain(eventIdOf('github', delivery));
      return story.settled && story;
    },
    SETTLE_MS,
  );
}

const problems = async (mesh: DevMesh, name: string) =>
  (await mesh.status(name)).concerns.map(({ problem }) => problem).join('\n');

describe('what goes on when something is missing (W9)', () => {
  it('e2e / degrading / no model: generals answer by offline-rules, and each answer and the status say so', {
    timeout: 180_000,
  }, async () => {
    await inMesh({}, async (mesh) => {
      mesh.startAll();
      await mesh.ready();
      const { tasks } = await settledStory(mesh, await post(mesh, 'aggregator'), SETTLE_MS);
      assert.ok(tasks.length > 0);
      for (const { result } of tasks)
        assert.deepEqual([result?.engine, Boolean(result?.degraded)], ['offline-rules', true]);
      assert.match(await problems(mesh, 'general'), /no model is configured: generals answer by offline-rules/);
    });
  });

  it('e2e / degrading / no way to the others: own generals go on', { timeout: 180_000 }, async () => {
    await inMesh({ nodes: [HOME, AWAY], overrides: EVERYTHING }, async (mesh) => {
      // Nobody was ever there: it starts, takes in, decides and works by itself.
      mesh.start('home');
      const alone = await settled(mesh, 'home', await waitFor('it to listen', () => post(mesh, 'home')));
      assert.equal(alone.settled?.outcome, 'done');
      mesh.start('away');
      await mesh.ready();
      // They were there, and the way to them is gone.
      const away = mesh.child('away');
      away?.signal('SIGKILL');
      await away?.exited;
      const cut = await settled(mesh, 'home', await post(mesh, 'home'));
      assert.equal(cut.settled?.outcome, 'done');
      for (const { tasks } of [alone, cut]) {
        assert.ok(tasks.length > 0);
        assert.ok(tasks.every(({ state }) => state === 'done'));
      }
    });
  });

  it('e2e / degrading / no peer: events are taken in and wait, the status says so, and they are worked on when somebody comes', {
    timeout: 180_000,
  }, async () => {
    await inMesh({}, async (mesh) => {
      mesh.start('aggregator');
      const delivery = await waitFor('it to listen', () => post(mesh, 'aggregator'));
      const story = await mesh.client('aggregator').explain(eventIdOf('github', delivery));
      assert.deepEqual([story.settled, story.tasks], [undefined, []]);
      await waitFor('the status to say so', async () =>
        /no orchestrator of dev is live: events are kept and wait/.test(await problems(mesh, 'aggregator')),
      );
      mesh.start('orchestrator');
      mesh.start('general');
      assert.equal((await settledStory(mesh, delivery, SETTLE_MS)).settled?.outcome, 'done');
    });
  });
});
