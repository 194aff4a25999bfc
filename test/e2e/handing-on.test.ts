import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { exampleWebhooks } from '../support/github.ts';
import { startSender } from '../support/sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { testMesh } from './mesh.ts';

const issues = exampleWebhooks().filter(({ event }) => event === 'issues');

/** A busy machine takes its time. */
const FLOW_MS = 60_000;

describe('a node that leaves for good (W8)', () => {
  it('e2e / handing on / asked to leave while events flow, it hands on what it acknowledged, and its disk may go', {
    timeout: 180_000,
  }, async () => {
    const { mesh, end } = await testMesh();
    try {
      mesh.startAll();
      await mesh.ready();
      const sender = startSender(mesh.url('aggregator'), mesh.secret, issues, () => randomUUID());
      try {
        await waitFor('events to flow', () => sender.acknowledged.length > 40, FLOW_MS);
        const child = mesh.child('aggregator');
        child?.signal('SIGTERM');
        assert.equal(await child?.exited, 0);
      } finally {
        await sender.stop();
      }
      const { data, log } = filesOf(mesh.node('aggregator').dir);
      assert.doesNotMatch(await readFile(log, 'utf8'), /records that no other node has/);
      await rm(data, { recursive: true });
      for (const delivery of sender.acknowledged) {
        const id = eventIdOf('github', delivery);
        await waitFor(
          `${id} at the orchestrator`,
          async () => (await mesh.client('orchestrator').explain(id)).eventId === id,
        );
      }
    } finally {
      await end();
    }
  });

  it('e2e / handing on / with nobody who takes its records it says so and leaves in time', {
    timeout: 180_000,
  }, async () => {
    const { mesh, end } = await testMesh();
    const others = ['orchestrator', 'general'];
    try {
      mesh.startAll();
      await mesh.ready();
      const sender = startSender(mesh.url('aggregator'), mesh.secret, issues, () => randomUUID());
      await waitFor('events to flow', () => sender.acknowledged.length > 20, FLOW_MS);
      for (const name of others) mesh.child(name)?.signal('SIGSTOP');
      const before = sender.acknowledged.length;
      await waitFor('events that nobody takes', () => sender.acknowledged.length > before + 20, FLOW_MS);
      await sender.stop();
      const child = mesh.child('aggregator');
      child?.signal('SIGTERM');
      assert.equal(await child?.exited, 0);
      assert.match(await readFile(filesOf(mesh.node('aggregator').dir).log, 'utf8'), /records that no other node has/);
    } finally {
      for (const name of others) mesh.child(name)?.signal('SIGCONT');
      await end();
    }
  });
});
