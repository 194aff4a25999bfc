import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Level } from 'level';
import { STORE_FOLDER } from '../../daemon/compose-core.ts';
import { filesOf } from '../../daemon/dev/plan.ts';
import { SCHEMA } from '../../daemon/store/migrations.ts';
import { type Database, openSublevels } from '../../daemon/store/tables.ts';
import { exampleWebhooks, postWebhook } from '../support/github.ts';
import { openQuietly } from '../support/replica-store.ts';
import { settledStory, testMesh } from './mesh.ts';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Titles of the pull requests that were sent: they lie in records and in no projection, and no compression can shorten them. */
const MARKS = Array.from({ length: 12 }, () => randomBytes(24).toString('base64url'));

describe('mindmesh check, on the store of a daemon that ran', () => {
  let dir: string;
  let data: string;
  let whileItRan: Ended;
  let end: (() => Promise<void>) | undefined;

  before(async () => {
    const made = await testMesh();
    ({ dir, end } = made);
    const { mesh } = made;
    mesh.startAll();
    await mesh.ready();
    const opened = exampleWebhooks().find(({ event }) => event === 'pull_request');
    assert.ok(opened);
    const { pull_request, ...payload } = Object(opened.payload);
    for (const title of MARKS) {
      const fresh = { ...payload, action: 'opened', pull_request: { ...pull_request, title } };
      const { status, delivery } = await postWebhook(mesh.url('aggregator'), mesh.secret, {
        event: 'pull_request',
        payload: fresh,
      });
      assert.equal(status, 202);
      await settledStory(mesh, delivery);
    }
    data = filesOf(mesh.node('aggregator').dir).data;
    whileItRan = check(data);
    await mesh.stop();
  });
  after(() => end?.());

  function check(dataDir: string, ...args: readonly string[]): Ended {
    const main = join(dir, 'dist', 'mindmesh.js');
    return spawnSync(process.execPath, [main, 'check', '--data-dir', dataDir, ...args], { encoding: 'utf8', cwd: dir });
  }

  async function copied(name: string): Promise<{ readonly copy: string; readonly store: string }> {
    const copy = join(dir, name);
    await cp(data, copy, { recursive: true });
    return { copy, store: join(copy, STORE_FOLDER) };
  }

  it('e2e / check / while the daemon runs, its store is locked, and that is said', () => {
    assert.equal(whileItRan.status, 1);
    assert.equal(whileItRan.stdout, '');
    assert.match(
      whileItRan.stderr,
      /^error: the data directory \S+ is in use by another process\nfix: Stop the other daemon/,
    );
  });

  it('e2e / check / a store that was closed in order is sound, and every record is counted', async () => {
    const { copy, store } = await copied('sound');
    const read = await openQuietly(store);
    const heads = await read.disk.heads();
    await read.close();
    const { status, stdout, stderr } = check(copy, '-o', 'json');
    assert.deepEqual([status, stderr], [0, '']);
    const report = JSON.parse(stdout);
    assert.deepEqual([report.problems, report.behind], [[], []]);
    assert.equal(report.logs, 3, 'its own log, and those of its two peers');
    assert.equal(
      report.records,
      heads.reduce((sum, { length }) => sum + length, 0),
    );
    assert.ok(report.records > MARKS.length && report.heads > 0);
    const table = check(copy);
    assert.equal(table.status, 0);
    assert.match(
      table.stdout,
      new RegExp(`: 3 logs, ${report.records} records, ${report.heads} signed heads: sound\n`),
    );
  });

  it('e2e / check / a byte of a record that changed in the write-ahead file is found, now and at the next look', async () => {
    const { copy, store } = await copied('log');
    changeByte(store, '.log');
    for (const _ of ['now', 'the next look']) assertDamaged(check(copy));
  });

  it('e2e / check / a byte of a record that changed in a table file is found', async () => {
    const { copy, store } = await copied('table');
    // Opening moves what lies in the write-ahead file into a table file.
    assert.equal(check(copy).status, 0);
    changeByte(store, '.ldb');
    assertDamaged(check(copy));
    const { status, stdout } = check(copy, '-o', 'json');
    assert.equal(status, 1);
    assert.match(JSON.parse(stdout).problems[0].problem, /do not lead to the head/);
  });

  it('e2e / check / a store of a later build is left as it is, and what can read it is named', async () => {
    const { copy, store } = await copied('newer');
    await setSchema(store, SCHEMA + 1);
    for (const _ of ['now', 'the next look']) {
      const { status, stdout, stderr } = check(copy);
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(
        stderr,
        new RegExp(`has schema ${SCHEMA + 1}, this build knows up to ${SCHEMA}\nfix: Run a build at least as new`),
      );
    }
    await setSchema(store, SCHEMA);
    assert.equal(check(copy).status, 0);
  });

  it('e2e / check / where there is no store none is made', () => {
    const nowhere = join(dir, 'nowhere');
    const { status, stderr } = check(nowhere);
    assert.equal(status, 3);
    assert.match(stderr, /^error: there is no store in \S*nowhere/);
    assert.ok(!existsSync(nowhere));
  });
});

/** Whether it can still be opened or not: the exit code is 1, and the way out is named. */
function assertDamaged({ status, stdout, stderr }: Ended): void {
  assert.equal(status, 1, stdout + stderr);
  assert.match(stdout + stderr, /^(\S+: .*: \d+ damaged logs?\nerror |error: the store in \S+ is damaged)/);
  assert.match(stdout + stderr, /fix: .*move the (store|directory) away/);
}

/** Turns over one bit of the first mark that stands in a file with this ending. */
function changeByte(store: string, ending: string): void {
  for (const name of readdirSync(store).filter((each) => each.endsWith(ending))) {
    const file = join(store, name);
    const bytes = readFileSync(file);
    const at = MARKS.map((mark) => bytes.indexOf(mark)).find((found) => found >= 0);
    if (at === undefined) continue;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    writeFileSync(file, bytes);
    return;
  }
  assert.fail(`no record lies in a ${ending} file`);
}

async function setSchema(store: string, schema: number): Promise<void> {
  const db: Database = new Level<string, Buffer>(store, { valueEncoding: 'buffer' });
  await db.open();
  await (await openSublevels(db)).meta.put('schema', schema);
  await db.close();
}
