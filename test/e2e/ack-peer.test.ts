import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { startSender } from '../support/sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, testMesh } from './mesh.ts';

/** What GitHub waits for an answer. */
const GITHUB_WAITS_MS = 10_000;
const SETTLE_MS = 120_000;
/** A busy machine takes its time. */
const FLOW_MS = 60_000;
const issues = exampleWebhooks().filter(({ event }) => event === 'issues');

/** GitHub signs only the body: each delivery wants one of its own. */
const fresh = ({ event, payload }: Webhook, delivery: string): Webhook => ({
  event,
  payload: { ...Object(payload), sent_as: delivery },
});

describe('ingest.ack: peer, with real processes', () => {
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    const made = await testMesh({ overrides: { ingest: { ack: 'peer' } } });
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(() => stop?.());

  const post = (delivery: string) =>
    postWebhook(mesh.url('aggregator'), mesh.secret, fresh(issues[0] as Webhook, delivery), delivery);
  const knows = async (name: string, delivery: string) => {
    const id = eventIdOf('github', delivery);
    return (await mesh.client(name).explain(id)).eventId === id;
  };

  it('e2e / ack peer / 202 means that another node has it', { timeout: 60_000 }, async () => {
    const delivery = randomUUID();
    assert.equal((await post(delivery)).status, 202);
    const [orchestrator, general] = await Promise.all(
      ['orchestrator', 'general'].map((name) => knows(name, delivery).catch(() => false)),
    );
    assert.ok(orchestrator || general);
    assert.equal((await settledStory(mesh, delivery, SETTLE_MS)).settled?.outcome, 'done');
  });

  it('e2e / ack peer / while the others stand still it is 503 with Retry-After, and 200 once they go on', {
    timeout: 120_000,
  }, async () => {
    const delivery = randomUUID();
    const others = ['orchestrator', 'general'].map((name) => mesh.child(name));
    for (const child of others) child?.signal('SIGSTOP');
    const startedAt = Date.now();
    let refused: Awaited<ReturnType<typeof post>>;
    try {
      refused = await post(delivery);
    } finally {
      for (const child of others) child?.signal('SIGCONT');
    }
    assert.ok(Date.now() - startedAt < GITHUB_WAITS_MS, 'answered while the sender still listens');
    assert.equal(refused.status, 503);
    assert.equal(refused.retryAfter, '5');
    assert.equal(Object(refused.body).code, 'copy-missing');
    const again = await waitFor('a repeat to be acknowledged', async () => {
      const answer = await post(delivery);
      return answer.status === 503 ? undefined : answer;
    });
    assert.deepEqual([again.status, Object(again.body).duplicate], [200, true]);
    assert.equal((await settledStory(mesh, delivery, SETTLE_MS)).settled?.outcome, 'done');
  });

  it('e2e / ack peer / kill -9 of the aggregator and the loss of its disk lose nothing that was acknowledged', {
    timeout: 240_000,
  }, async () => {
    const sender = startSender(mesh.url('aggregator'), mesh.secret, issues, () => randomUUID());
    try {
      await waitFor('events to flow', () => sender.acknowledged.length > 40, FLOW_MS);
      const child = mesh.child('aggregator');
      assert.ok(child);
      child.signal('SIGKILL');
      await child.exited;
      await rm(filesOf(mesh.node('aggregator').dir).data, { recursive: true });
    } finally {
      await sender.stop();
    }
    assert.ok(sender.acknowledged.length > 40);
    for (const delivery of sender.acknowledged) {
      await waitFor(`${delivery} at the orchestrator`, () => knows('orchestrator', delivery));
    }
    for (const delivery of sender.acknowledged.slice(-5)) {
      assert.equal((await settledStory(mesh, delivery, SETTLE_MS)).settled?.outcome, 'done', delivery);
    }
  });
});
