import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { exampleWebhooks } from '../support/github.ts';
import { startSender } from '../support/sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, testMesh } from './mesh.ts';

/** What the product promises: back in the mesh within 5 s of its start. */
const REJOIN_MS = 5_000;
/** Tasks of a general that was killed are begun again; an offer that found nobody waits for its backoff. */
const SETTLE_MS = 120_000;

async function killAndRestart(mesh: DevMesh, name: string): Promise<void> {
  const child = mesh.child(name);
  assert.ok(child);
  child.signal('SIGKILL');
  await child.exited;
  mesh.start(name);
}

async function isBack(mesh: DevMesh, name: string): Promise<boolean> {
  const others = mesh.nodes.filter((node) => node.name !== name);
  const peer = mesh.node(name).peer;
  const own = await mesh.status(name);
  if (!own.ready || own.peers.connected !== others.length) return false;
  const seen = await Promise.all(others.map((other) => mesh.client(other.name).peers()));
  return seen.every((peers) => peers.some((each) => each.peer === peer && each.live && each.connected));
}

describe('kill -9 of each process in turn while events flow', () => {
  let mesh: DevMesh;
  let stop: (() => Promise<void>) | undefined;

  before(async () => {
    const made = await testMesh();
    mesh = made.mesh;
    stop = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(() => stop?.());

  it('e2e / kill / it rejoins within 5 s and no acknowledged event is missing', { timeout: 240_000 }, async () => {
    const payloads = exampleWebhooks().filter(({ event }) => event === 'pull_request' || event === 'issues');
    const sender = startSender(mesh.url('aggregator'), mesh.secret, payloads, () => randomUUID());
    try {
      for (const name of ['general', 'orchestrator', 'aggregator']) {
        const before = sender.acknowledged.length;
        await waitFor('events to flow', () => sender.acknowledged.length > before + 20);
        await killAndRestart(mesh, name);
        await waitFor(`${name} to rejoin`, () => isBack(mesh, name), REJOIN_MS);
      }
    } finally {
      await sender.stop();
    }
    assert.ok(sender.acknowledged.length > 60);
    assert.ok(sender.failed > 0, 'the kill of the aggregator was felt');
    for (const delivery of sender.acknowledged) {
      const story = await settledStory(mesh, delivery, SETTLE_MS);
      assert.equal(story.settled?.outcome, 'done', delivery);
      assert.ok(
        story.tasks.every(({ state }) => state === 'done'),
        delivery,
      );
    }
  });
});
