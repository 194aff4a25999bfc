import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { DevMesh } from '../../daemon/dev/mesh.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { eventIdOf } from '../../protocols/ids.ts';
import { exampleWebhooks, postWebhook } from '../support/github.ts';
import { type Sender, startSender } from '../support/sender.ts';
import { waitFor } from '../support/wait-for.ts';
import { settledStory, testMesh } from './mesh.ts';

const SETTLE_MS = 120_000;
/** Too long for its record. */
const LONG_ID = randomUUID();
const LONG = {
  event: 'issues',
  payload: {
    action: 'opened',
    issue: { number: 77, title: 'long', body: 'b'.repeat(70_000), user: { login: 'ann' } },
    repository: { full_name: 'acme/app' },
  },
};

describe('mindmesh backup and restore, on real processes', () => {
  let dir: string;
  let mesh: DevMesh;
  let backup: string;
  let sender: Sender;
  let end: (() => Promise<void>) | undefined;

  before(async () => {
    const made = await testMesh();
    ({ mesh, dir } = made);
    end = made.end;
    backup = join(dir, 'backup.gz');
    mesh.startAll();
    await mesh.ready();
    const payloads = exampleWebhooks().filter(({ event }) => event === 'pull_request' || event === 'issues');
    sender = startSender(mesh.url('aggregator'), mesh.secret, payloads, () => randomUUID());
    await waitFor('events to flow', () => sender.acknowledged.length > 20);
  });
  after(async () => {
    await sender?.stop();
    await end?.();
  });

  function cli(...args: readonly string[]) {
    const main = join(dir, 'dist', 'mindmesh.js');
    return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8', cwd: dir });
  }

  const socketOf = (name: string) => filesOf(mesh.node(name).dir).socket;

  /** Not by spawnSync: the sender lives in this process and shall go on. */
  async function backupNow(...args: readonly string[]) {
    const main = join(dir, 'dist', 'mindmesh.js');
    const given = ['backup', backup, '--socket', socketOf('aggregator'), '-o', 'json', ...args];
    const child = spawn(process.execPath, [main, ...given], { cwd: dir, stdio: ['ignore', 'pipe', 'pipe'] });
    const [stdout, stderr] = [child.stdout.toArray(), child.stderr.toArray()];
    const [status] = await once(child, 'exit');
    return { status, stdout: (await stdout).join(''), stderr: (await stderr).join('') };
  }

  it('e2e / events body / of an event that was cut any node shows the body, byte for byte', async () => {
    const { status } = await postWebhook(mesh.url('aggregator'), mesh.secret, LONG, LONG_ID);
    assert.equal(status, 202);
    const id = eventIdOf('github', LONG_ID);
    const story = await settledStory(mesh, LONG_ID, SETTLE_MS);
    assert.deepEqual(story.truncated, ['issue.body']);
    const shown = await waitFor('the orchestrator to pull it', () => {
      const { status, stdout } = cli('events', 'body', id, '--socket', socketOf('orchestrator'));
      return status === 0 && stdout;
    });
    assert.equal(shown, JSON.stringify(LONG.payload));
    const short = await waitFor('a short one', () => sender.acknowledged.find((each) => each !== LONG_ID));
    const { status: none, stderr } = cli(
      'events',
      'body',
      eventIdOf('github', short),
      '--socket',
      socketOf('aggregator'),
    );
    assert.equal(none, 3, stderr);
    assert.match(stderr, /no kept body of event/);
  });

  it('e2e / backup / a node under load writes one file, for this user only, and never over another', async () => {
    const acknowledged = [...sender.acknowledged];
    const made = await backupNow('--with-keys');
    assert.equal(made.status, 0, made.stderr);
    const view = JSON.parse(made.stdout);
    assert.equal(view.peer, mesh.node('aggregator').peer);
    assert.ok(view.records >= acknowledged.length);
    assert.equal(statSync(backup).mode & 0o777, 0o600);
    assert.equal(statSync(backup).size, view.bytes);
    const again = await backupNow();
    assert.equal(again.status, 1);
    assert.match(again.stderr, /file-exists/);
    assert.deepEqual(
      (await readdir(dir)).filter((name) => name.endsWith('.part')),
      [],
    );
  });

  it('e2e / restore / a file that was cut, or of which a byte changed, is refused, and no directory is made', () => {
    const whole = readFileSync(backup);
    const changed = Buffer.from(whole);
    const middle = Math.floor(whole.length / 2);
    changed.writeUInt8(changed.readUInt8(middle) ^ 1, middle);
    for (const [name, bytes] of [
      ['cut', whole.subarray(0, middle)],
      ['changed', changed],
      ['empty', Buffer.alloc(0)],
    ] as const) {
      const file = join(dir, `${name}.gz`);
      writeFileSync(file, bytes);
      const { status, stderr } = cli('restore', file, '--data-dir', 'nowhere');
      assert.equal(status, 1, name);
      assert.match(stderr, /^error: the backup \S+ is damaged: /, name);
      assert.ok(!existsSync(join(dir, 'nowhere')), name);
    }
  });

  it('e2e / restore / a directory with something in it is left alone', () => {
    const data = filesOf(mesh.node('general').dir).data;
    const { status, stderr } = cli('restore', backup, '--data-dir', data);
    assert.equal(status, 1);
    assert.match(stderr, /^error: the data directory \S+ is not empty/);
  });

  it('e2e / restore / without the key the node would be a new peer, and that is said', () => {
    const plain = join(dir, 'plain.gz');
    const made = cli('backup', plain, '--socket', socketOf('aggregator'));
    assert.equal(made.status, 0, made.stderr);
    const { status, stdout, stderr } = cli('restore', plain, '--data-dir', 'stranger');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /new peer/);
    assert.ok(!existsSync(join(dir, 'stranger', 'node.key')));
    assert.equal(cli('check', '--data-dir', 'stranger').status, 0);
  });

  it('e2e / restore / the node on a new disk joins with a new epoch, and has again all it ever acknowledged', {
    timeout: 240_000,
  }, async () => {
    const later = sender.acknowledged.length + 20;
    await waitFor('events after the backup', () => sender.acknowledged.length > later);
    await sender.stop();
    for (const delivery of sender.acknowledged) await settledStory(mesh, delivery, SETTLE_MS);
    const { epoch } = (await mesh.status('aggregator')).log;
    const child = mesh.child('aggregator');
    child?.signal('SIGKILL');
    await child?.exited;
    const { data } = filesOf(mesh.node('aggregator').dir);
    await rm(data, { recursive: true });
    const { status, stdout, stderr } = cli('restore', backup, '--data-dir', data);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^restored /);
    mesh.start('aggregator');
    await mesh.ready();
    const client = mesh.client('aggregator');
    for (const delivery of sender.acknowledged) {
      const story = await waitFor(`${delivery} to be back`, async () => {
        const told = await client.explain(eventIdOf('github', delivery));
        return told.settled && told;
      });
      assert.equal(story.settled?.outcome, 'done');
    }
    assert.equal(await client.eventBody(eventIdOf('github', LONG_ID)), JSON.stringify(LONG.payload));
    assert.notEqual((await mesh.status('aggregator')).log.epoch, epoch);
    const fresh = startSender(mesh.url('aggregator'), mesh.secret, exampleWebhooks().slice(0, 40), () => randomUUID());
    await waitFor('a new event', () => fresh.acknowledged.length > 0);
    await fresh.stop();
    assert.equal((await settledStory(mesh, fresh.acknowledged[0] ?? '', SETTLE_MS)).settled?.outcome, 'done');
    for (const { concerns } of await Promise.all(mesh.nodes.map(({ name }) => mesh.status(name)))) {
      assert.deepEqual(
        concerns.filter(({ level }) => level === 'error'),
        [],
      );
    }
  });

  it('e2e / check / --rebuild makes the tables anew on a stopped node, and is refused while it runs', async () => {
    const { data } = filesOf(mesh.node('general').dir);
    assert.match(cli('check', '--rebuild', '--data-dir', data).stderr, /in use by another process/);
    const child = mesh.child('general');
    child?.signal('SIGTERM');
    await child?.exited;
    const { status, stdout, stderr } = cli('check', '--rebuild', '--data-dir', data, '-o', 'json');
    assert.equal(status, 0, stderr);
    const report = JSON.parse(stdout);
    assert.equal(report.rebuilt, report.records);
    assert.deepEqual([report.problems, report.behind], [[], []]);
    mesh.start('general');
    const story = await waitFor('the general to tell', () =>
      mesh.client('general').explain(eventIdOf('github', sender.acknowledged[0] ?? '')),
    );
    assert.equal(story.settled?.outcome, 'done');
  });
});
