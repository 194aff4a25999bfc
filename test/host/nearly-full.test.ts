import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Launcher } from '../../daemon/dev/child.ts';
import { DevMesh } from '../../daemon/dev/mesh.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { bundleInto, ONE_OF_EACH, settledStory } from '../e2e/mesh.ts';
import { exampleWebhooks, postWebhook } from '../support/github.ts';
import { waitFor } from '../support/wait-for.ts';
import { onTmpfs } from './tmpfs.ts';

const MIB = 2 ** 20;
const RESERVE = 24 * MIB;
const BALLAST = 8 * MIB;
/** Three stores, three ballasts, what they keep back, and room to work in. */
const DISK = 'size=192m';
const NODES = ONE_OF_EACH.map(({ name }) => name);
const ISSUE = exampleWebhooks().find(({ event }) => event === 'issues');

/** A mesh whose nodes share one small disk, and somebody else who fills it. */
class Crowd {
  readonly mesh: DevMesh;
  readonly acknowledged: string[] = [];
  readonly #dir: string;

  constructor(mesh: DevMesh, dir: string) {
    this.mesh = mesh;
    this.#dir = dir;
  }

  async post(delivery: string = randomUUID()) {
    const webhook = { event: 'issues', payload: { ...Object(ISSUE?.payload), sent_as: delivery } };
    const answer = await postWebhook(this.mesh.url('aggregator'), this.mesh.secret, webhook, delivery);
    if (answer.status === 202) this.acknowledged.push(delivery);
    return answer;
  }

  async free(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#dir);
    return bavail * bsize;
  }

  /** Others write until so much is left. */
  async fillTo(bytes: number): Promise<void> {
    for (let free = await this.free(); free > bytes; free = await this.free()) {
      const chunk = Buffer.alloc(Math.min(MIB, free - bytes));
      const hasRoom = await appendFile(join(this.#dir, 'filler'), chunk).then(
        () => true,
        () => false,
      );
      if (!hasRoom) return;
    }
  }

  async clear(): Promise<void> {
    await rm(join(this.#dir, 'filler'), { force: true });
  }

  ballasts(): number {
    return NODES.filter((name) => existsSync(join(filesOf(this.mesh.node(name).dir).data, 'ballast'))).length;
  }

  /** Whoever has ended is started again. */
  async areAllBack(): Promise<boolean> {
    for (const name of NODES) if (this.mesh.child(name) === undefined) this.mesh.start(name);
    const statuses = await Promise.all(NODES.map((name) => this.mesh.status(name)));
    return statuses.every(({ ready, peers }) => ready && peers.live === NODES.length - 1);
  }

  async concerns(name: string): Promise<string> {
    return (await this.mesh.status(name)).concerns.map(({ problem }) => problem).join('\n');
  }
}

describe('a disk that fills while a mesh works', () => {
  let launcher: Launcher;
  let dist: string;
  before(async () => {
    dist = await mkdtemp(join(tmpdir(), 'mindmesh-dist-'));
    launcher = await bundleInto(dist);
  });
  after(() => rm(dist, { recursive: true }));

  async function onSmallDisk(ballast: number, body: (crowd: Crowd) => Promise<void>): Promise<void> {
    await onTmpfs(DISK, async (dir) => {
      const mesh = await DevMesh.prepare({
        dir,
        nodes: ONE_OF_EACH,
        preferPorts: false,
        launcher,
        overrides: { node: { ballast }, ingest: { minFreeBytes: RESERVE } },
        env: { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', LOG_LEVEL: 'info' },
      });
      try {
        mesh.startAll();
        await mesh.ready();
        await body(new Crowd(mesh, dir));
      } finally {
        await mesh.stop();
      }
    });
  }

  test('host / nearly full / no new offers, then 503; the ballast is given up; what was acknowledged is finished, and all goes on once there is room', {
    timeout: 240_000,
  }, async () => {
    await onSmallDisk(BALLAST, async (crowd) => {
      const { mesh } = crowd;
      await waitFor('ballasts', () => crowd.ballasts() === NODES.length);
      for (let i = 0; i < 20; i++) assert.equal((await crowd.post()).status, 202);

      await crowd.fillTo(RESERVE * 1.15);
      await waitFor('the orchestrator to hold back', async () =>
        /makes no new offers$/m.test(await crowd.concerns('orchestrator')),
      );
      const waiting = randomUUID();
      assert.equal((await crowd.post(waiting)).status, 202, 'ingest goes on');

      await crowd.fillTo(RESERVE * 0.8);
      const refused = await waitFor('ingest to close', async () => {
        const answer = await crowd.post();
        return answer.status === 503 ? answer : undefined;
      });
      assert.equal(refused.retryAfter, '5');
      assert.equal(Object(refused.body).code, 'overloaded');
      assert.match(await crowd.concerns('aggregator'), /ingest answers 503/);

      // What one gives back is taken by others, until all have given up theirs.
      await waitFor('the ballasts to be given up', async () => {
        await crowd.fillTo(BALLAST / 2);
        return crowd.ballasts() === 0;
      });
      for (const name of NODES) assert.ok(mesh.child(name), `${name} goes on`);

      await crowd.clear();
      await waitFor('ingest to open', async () => (await crowd.post()).status === 202);
      for (const delivery of crowd.acknowledged) {
        assert.equal((await settledStory(mesh, delivery, 120_000)).settled?.outcome, 'done', delivery);
      }
      assert.ok(crowd.acknowledged.includes(waiting));
      await waitFor('new ballasts', () => crowd.ballasts() === NODES.length);
    });
  });

  test('host / full / kill -9 while nothing is left: with its ballast a node starts again and has all it acknowledged', {
    timeout: 240_000,
  }, async () => {
    await onSmallDisk(BALLAST, async (crowd) => {
      const { mesh } = crowd;
      await waitFor('ballasts', () => crowd.ballasts() === NODES.length);
      for (let i = 0; i < 20; i++) assert.equal((await crowd.post()).status, 202);
      const children = NODES.map((name) => mesh.child(name));
      for (const child of children) child?.signal('SIGKILL');
      await Promise.all(children.map((child) => child?.exited));
      await crowd.fillTo(0);
      mesh.startAll();
      await mesh.ready();
      assert.ok(crowd.ballasts() < NODES.length);
      assert.equal((await crowd.post()).status, 503);
      for (const delivery of crowd.acknowledged) {
        const id = eventIdOf('github', delivery);
        assert.equal((await mesh.client('aggregator').explain(id)).eventId, id);
      }
      await crowd.clear();
      for (const delivery of crowd.acknowledged) {
        assert.equal((await settledStory(mesh, delivery, 120_000)).settled?.outcome, 'done', delivery);
      }
    });
  });

  test('host / full / the disk fills faster than anybody looks: whatever ends is started again, and nothing acknowledged is lost', {
    timeout: 240_000,
  }, async () => {
    await onSmallDisk(BALLAST, async (crowd) => {
      const { mesh } = crowd;
      await waitFor('ballasts', () => crowd.ballasts() === NODES.length);
      let sending = true;
      const statuses = new Set<number | string>();
      const sender = (async () => {
        while (sending) {
          const answer = await crowd.post().catch(() => undefined);
          statuses.add(answer?.status ?? 'none');
        }
      })();
      await waitFor('events to flow', () => crowd.acknowledged.length > 20);
      // Whatever is given back is taken at once.
      for (let i = 0; i < 20; i++) await crowd.fillTo(0);
      await waitFor('the sender to be refused', () => statuses.has(503) || statuses.has('none'));
      sending = false;
      await sender;
      await crowd.clear();
      await waitFor('all to be back', () => crowd.areAllBack(), 60_000);
      for (const delivery of crowd.acknowledged) {
        assert.equal((await settledStory(mesh, delivery, 120_000)).settled?.outcome, 'done', delivery);
      }
    });
  });
});
