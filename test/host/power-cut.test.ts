import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { settledStory, testMesh } from '../e2e/mesh.ts';
import { exampleWebhooks } from '../support/github.ts';
import { startSender } from '../support/sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { runTool } from './need.ts';
import { takeBackUnsynced } from './take-back.ts';

/** Tasks of a general that went down are begun again; an offer that found nobody waits for its backoff. */
const SETTLE_MS = 120_000;
const NODES = ['general', 'orchestrator', 'aggregator'] as const;

/** kill -9 leaves what was written in the page cache; here it is taken away, down to the last sync of each file. */
describe('a power cut of each node in turn while events flow', () => {
  let build: string;
  let mesh: DevMesh;
  let end: (() => Promise<void>) | undefined;

  before(async () => {
    build = await mkdtemp(join(tmpdir(), 'mindmesh-power-cut-'));
    const shim = join(build, 'power-cut.so');
    const source = join(import.meta.dirname, 'power-cut.c');
    runTool('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-Werror', '-o', shim, source, '-ldl']);
    const made = await testMesh();
    mesh = made.mesh;
    end = made.end;
    for (const { name } of mesh.nodes) startWatched(name);
    await mesh.ready();
  });
  after(async () => {
    await end?.();
    await rm(build, { recursive: true, force: true });
  });

  const journalOf = (name: string) => join(build, `${name}.journal`);

  function startWatched(name: string): void {
    mesh.start(name, { LD_PRELOAD: join(build, 'power-cut.so'), POWER_CUT_JOURNAL: journalOf(name) });
  }

  async function cutPower(name: string): Promise<number> {
    const child = mesh.child(name);
    assert.ok(child);
    child.signal('SIGKILL');
    await child.exited;
    const taken = takeBackUnsynced(join(filesOf(mesh.node(name).dir).data, 'store'), journalOf(name));
    startWatched(name);
    return taken;
  }

  it('host / power cut / no acknowledged event is missing', { timeout: 240_000 }, async () => {
    const payloads = exampleWebhooks().filter(({ event }) => event === 'pull_request' || event === 'issues');
    const sender = startSender(mesh.url('aggregator'), mesh.secret, payloads, () => randomUUID());
    let taken = 0;
    for (const name of NODES) {
      const before = sender.acknowledged.length;
      await waitFor('events to flow', () => sender.acknowledged.length > before + 20);
      taken += await cutPower(name);
      await waitFor(`${name} to be back`, async () => (await mesh.status(name)).ready);
    }
    await sender.stop();
    assert.ok(taken > 0, 'the cuts took something away');
    for (const delivery of sender.acknowledged) {
      const story = await settledStory(mesh, delivery, SETTLE_MS);
      assert.equal(story.settled?.outcome, 'done', delivery);
    }
  });
});
