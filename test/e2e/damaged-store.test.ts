import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { STORE_FOLDER } from '../../daemon/compose-core.ts';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { exampleWebhooks, postWebhook } from '../support/github.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, testMesh } from './mesh.ts';

const ISSUE = exampleWebhooks().find(({ event }) => event === 'issues');
const EVENTS = 40;

/** Turns one bit in the middle of the largest file of a kind. */
function flipBit(store: string, ending: string): void {
  const files = readdirSync(store).filter((name) => name.endsWith(ending));
  const [largest] = files
    .map((name) => ({ name, bytes: readFileSync(join(store, name)) }))
    .sort((a, b) => b.bytes.length - a.bytes.length);
  assert.ok(largest && largest.bytes.length > 1_000, `a ${ending} file to damage`);
  const at = Math.floor(largest.bytes.length / 2);
  largest.bytes[at] = (largest.bytes[at] ?? 0) ^ 1;
  writeFileSync(join(store, largest.name), largest.bytes);
}

describe('a flipped bit in the store of the node that takes events in', () => {
  let mesh: DevMesh;
  let dir: string;
  let end: (() => Promise<void>) | undefined;
  const acknowledged: string[] = [];

  before(async () => {
    const made = await testMesh({ overrides: { ingest: { ack: 'peer' } } });
    ({ mesh, dir, end } = made);
    mesh.startAll();
    await mesh.ready();
  });
  after(() => end?.());

  const post = (delivery: string) =>
    postWebhook(
      mesh.url('aggregator'),
      mesh.secret,
      { event: 'issues', payload: { ...Object(ISSUE?.payload), sent_as: delivery } },
      delivery,
    );
  const knows = async (name: string, delivery: string) => {
    const id = eventIdOf('github', delivery);
    return (await mesh.client(name).explain(id)).eventId === id;
  };
  const kill = async () => {
    const child = mesh.child('aggregator');
    child?.signal('SIGKILL');
    await child?.exited;
  };

  it('e2e / damaged store / it is found; as the error advises the store is moved away, and the others give everything back', {
    timeout: 180_000,
  }, async () => {
    while (acknowledged.length < EVENTS) {
      const { status, delivery } = await post(randomUUID());
      assert.equal(status, 202);
      acknowledged.push(delivery);
    }
    await kill();
    const { data } = filesOf(mesh.node('aggregator').dir);
    flipBit(join(data, STORE_FOLDER), '.log');
    const main = join(dir, 'dist', 'mindmesh.js');
    const check = spawnSync(process.execPath, [main, 'check', '--data-dir', data], { encoding: 'utf8', cwd: dir });
    assert.equal(check.status, 1, check.stdout);
    assert.match(check.stdout + check.stderr, /move the (directory|store) away|peers/i);
    for (const delivery of acknowledged) assert.ok(await knows('orchestrator', delivery), delivery);
    await rm(join(data, STORE_FOLDER), { recursive: true });
    mesh.start('aggregator');
    await mesh.ready();
    for (const delivery of acknowledged) {
      await waitFor(`${delivery} to be back`, () => knows('aggregator', delivery));
      const { status, body } = await post(delivery);
      assert.deepEqual([status, Object(body).duplicate], [200, true]);
    }
  });

  it('e2e / damaged store / started all the same, nothing acknowledged is lost from the mesh, and a repeat is no second event', {
    timeout: 180_000,
  }, async () => {
    for (let i = 0; i < EVENTS; i++) {
      const { status, delivery } = await post(randomUUID());
      assert.equal(status, 202);
      acknowledged.push(delivery);
    }
    await kill();
    flipBit(join(filesOf(mesh.node('aggregator').dir).data, STORE_FOLDER), '.log');
    const child = mesh.start('aggregator');
    // Either it goes on without what cannot be read, or it ends and says what to do.
    const outcome = await Promise.race([
      child.exited,
      mesh.ready().then(
        () => 'ready',
        () => 'ended',
      ),
    ]);
    if (outcome !== 'ready') {
      await rm(join(filesOf(mesh.node('aggregator').dir).data, STORE_FOLDER), { recursive: true });
      mesh.start('aggregator');
      await mesh.ready();
    }
    for (const delivery of acknowledged) {
      assert.ok(await knows('orchestrator', delivery), delivery);
      const { status } = await post(delivery);
      assert.ok(status === 200 || status === 202, `${status}`);
      assert.equal((await settledStory(mesh, delivery, 120_000)).settled?.outcome, 'done', delivery);
    }
    const { events } = await mesh.status('orchestrator');
    assert.equal(events.total, acknowledged.length);
  });
});
