import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { Level } from 'level';
import { openStore, type Store } from '../../../../daemon/store/level.ts';
import type { Migration } from '../../../../daemon/store/migration.ts';
import { migrate, planMigrations, SCHEMA } from '../../../../daemon/store/migrations.ts';
import { type Database, openSublevels, SUBLEVELS } from '../../../../daemon/store/tables.ts';
import { hasCode, type MeshError } from '../../../../protocols/errors.ts';
import { silentLogger } from '../../../fakes/runtime-lite.ts';
import { giveToPowerless, tryPowerless } from '../../../support/powerless.ts';
import { runStoreChild } from '../../../support/run-store-child.ts';
import { waitFor } from '../../../support/wait-for.ts';

const made: string[] = [];
after(async () => {
  for (const dir of made) await rm(dir, { recursive: true, force: true });
});

async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-store-'));
  made.push(dir);
  return dir;
}

const open = (dir: string): Promise<Store> => openStore({ dir }, { runtime: { log: silentLogger } });

async function openDatabase(dir: string) {
  const db: Database = new Level<string, Buffer>(dir, { valueEncoding: 'buffer' });
  await db.open();
  return { db, sublevels: await openSublevels(db) };
}

describe('store / open', () => {
  test('makes its directory for this user alone', async () => {
    const dir = join(await tempDir(), 'data', 'log');
    const store = await open(dir);
    await store.close();
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
  });

  test('tells the free bytes', async () => {
    const store = await open(await tempDir());
    assert.ok((await store.freeBytes()) > 0);
    await store.close();
  });

  test('a directory that another process holds is locked, and free when that one is killed', async () => {
    const dir = await tempDir();
    const holder = runStoreChild(['hold', dir]);
    try {
      await waitFor('the other process', () => holder.lines().includes('open'));
      await assert.rejects(open(dir), (error: MeshError) => error.code === 'store-locked' && error.facts.dir === dir);
    } finally {
      await holder.kill();
    }
    await (await open(dir)).close();
  });

  test('a directory that this process holds is locked too', async () => {
    const dir = await tempDir();
    const store = await open(dir);
    await assert.rejects(open(dir), (error) => hasCode(error, 'store-locked'));
    await store.close();
  });

  test('a path below a file cannot be used', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    for (const dir of [file, join(file, 'below')]) {
      await assert.rejects(open(dir), (error) => hasCode(error, 'data-dir-unusable'));
    }
  });

  test('a directory that may only be read cannot be used', async () => {
    const dir = await tempDir();
    await giveToPowerless(dir);
    await chmod(dir, 0o500);
    const { code, message } = await tryPowerless('open-store', dir);
    assert.equal(code, 'data-dir-unusable');
    assert.match(message ?? '', /permission denied/i);
  });

  const damages: { id: string; damage: (dir: string) => Promise<void> }[] = [
    { id: 'CURRENT names nothing', damage: (dir) => writeFile(join(dir, 'CURRENT'), 'MANIFEST-999999\n') },
    { id: 'CURRENT is empty', damage: (dir) => writeFile(join(dir, 'CURRENT'), '') },
    {
      id: 'the manifest is overwritten',
      damage: async (dir) => {
        const manifest = (await readdir(dir)).find((name) => name.startsWith('MANIFEST'));
        await writeFile(join(dir, manifest ?? ''), Buffer.alloc(64, 0x55));
      },
    },
  ];
  for (const { id, damage } of damages) {
    test(`a damaged store is not opened, and the error names the way out: ${id}`, async () => {
      const dir = await tempDir();
      await (await open(dir)).close();
      await damage(dir);
      const failure = await open(dir).then(
        () => assert.fail('it was opened'),
        (error: MeshError) => error,
      );
      assert.equal(failure.code, 'store-damaged');
      assert.match(failure.fix, /mindmesh check/);
      assert.ok(failure.cause instanceof Error);
    });
  }
});

describe('store / schema', () => {
  test('the sublevels have distinct names', () => {
    assert.equal(new Set(Object.values(SUBLEVELS)).size, Object.keys(SUBLEVELS).length);
  });

  test('a new store has this build’s version', async () => {
    const dir = await tempDir();
    await (await open(dir)).close();
    const { db, sublevels } = await openDatabase(dir);
    assert.equal(sublevels.meta.getSync('schema'), SCHEMA);
    await db.close();
  });

  test('a store of a later build is refused and left as it is', async () => {
    const dir = await tempDir();
    const { db, sublevels } = await openDatabase(dir);
    await sublevels.meta.put('schema', SCHEMA + 1);
    await db.close();
    await assert.rejects(open(dir), (error: MeshError) => {
      assert.deepEqual([error.code, error.facts.found, error.facts.known], ['store-newer', SCHEMA + 1, SCHEMA]);
      return true;
    });
    const again = await openDatabase(dir);
    assert.equal(again.sublevels.meta.getSync('schema'), SCHEMA + 1);
    await again.db.close();
  });

  test('a database of somebody else is refused', async () => {
    const dir = await tempDir();
    const { db } = await openDatabase(dir);
    await db.put('key', Buffer.from('value'));
    await db.close();
    await assert.rejects(open(dir), (error) => hasCode(error, 'store-damaged'));
  });

  const step = (from: number, to: number): Migration => ({ from, to, run: async () => {} });
  const plans: { id: string; found: number; target: number; plan: number[][] | string }[] = [
    { id: 'nothing to do', found: 3, target: 3, plan: [] },
    { id: 'one step', found: 2, target: 3, plan: [[2, 3]] },
    {
      id: 'step by step',
      found: 1,
      target: 3,
      plan: [
        [1, 2],
        [2, 3],
      ],
    },
    { id: 'from the future', found: 4, target: 3, plan: 'store-newer' },
    { id: 'a step is missing', found: 0, target: 3, plan: 'store-damaged' },
  ];
  for (const { id, found, target, plan } of plans) {
    test(`the way from one version to another: ${id}`, () => {
      const planned = () =>
        planMigrations('dir', found, [step(2, 3), step(1, 2)], target).map(({ from, to }) => [from, to]);
      if (typeof plan === 'string') assert.throws(planned, { code: plan });
      else assert.deepEqual(planned(), plan);
    });
  }

  test('a migration runs once, and one that was cut short runs again', async () => {
    const dir = await tempDir();
    const { db, sublevels } = await openDatabase(dir);
    const ran: number[] = [];
    let fails = true;
    const migrations: Migration[] = [
      { from: SCHEMA, to: SCHEMA + 1, run: async () => void ran.push(1) },
      {
        from: SCHEMA + 1,
        to: SCHEMA + 2,
        run: async () => {
          ran.push(2);
          if (fails) throw new Error('cut short');
        },
      },
    ];
    const run = () => migrate(dir, { db, sublevels }, migrations, SCHEMA + 2);
    await migrate(dir, { db, sublevels });
    await assert.rejects(run, /cut short/);
    fails = false;
    await run();
    await run();
    assert.deepEqual(ran, [1, 2, 2]);
    assert.equal(sublevels.meta.getSync('schema'), SCHEMA + 2);
    await db.close();
  });
});
