import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { exampleWebhooks, postWebhook, type Webhook } from '../support/github.ts';
import { bundleInto, settledStory, testMesh } from './mesh.ts';

const NAME = 'billing-general';

describe('a general of an org of its own', () => {
  let dir: string;
  let mesh: DevMesh;
  let end: (() => Promise<void>) | undefined;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'mindmesh-own-'));
    const { command, args } = await bundleInto(join(dir, 'dist'));
    await promisify(execFile)(command, [...args, 'generals', 'new', NAME, '--dir', join(dir, 'generals')], {
      cwd: dir,
    });
    const made = await testMesh({
      nodes: [
        { name: 'aggregator', role: 'aggregator', cluster: 'test', region: 'test', generals: [], preferredPort: 0 },
        { name: 'orchestrator', role: 'orchestrator', cluster: 'test', region: 'test', generals: [], preferredPort: 0 },
        { name: 'general', role: 'general', cluster: 'test', region: 'test', generals: [], preferredPort: 0 },
      ],
      overrides: {
        node: { generalsDir: join(dir, 'generals') },
        generals: [{ name: NAME, specialisations: ['billing'] }],
        routes: [{ match: { kind: 'pr_created' }, generals: [NAME] }],
        routing: { defaults: false },
      },
    });
    mesh = made.mesh;
    end = made.end;
    mesh.startAll();
    await mesh.ready();
  });
  after(async () => {
    await end?.();
    await rm(dir, { recursive: true, force: true });
  });

  it('e2e / own general / what `generals new` writes is offered, routed and done', async () => {
    const opened = exampleWebhooks().find(
      ({ event, payload }) => event === 'pull_request' && Object(payload).action === 'opened',
    ) as Webhook;
    const { delivery } = await postWebhook(mesh.url('aggregator'), mesh.secret, opened);
    const story = await settledStory(mesh, delivery, 60_000);
    assert.equal(story.settled?.outcome, 'done');
    assert.deepEqual(
      story.tasks.map(({ slot, state }) => [slot, state]),
      [[NAME, 'done']],
    );
  });
});
