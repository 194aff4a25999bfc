import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { hasCode, type MeshError } from '../../protocols/errors.ts';
import { eventRecord } from '../fakes/records.ts';
import { assertHolds, openQuietly, startReplica } from '../support/replica-store.ts';
import { onTmpfs } from './tmpfs.ts';

const SMALL = 'size=2m';
const LARGER = 'size=16m';

const isFull = (error: unknown): error is MeshError => hasCode(error, 'disk-full');

describe('a full disk', () => {
  test('host / full disk / the write that does not fit says so, no later one succeeds, and what was acknowledged is there afterwards', async () => {
    await onTmpfs(SMALL, async (mount, remount) => {
      const dir = join(mount, 'data');
      const store = await openQuietly(dir);
      const replica = await startReplica(store);
      const fatal: unknown[] = [];
      replica.onFatal((error) => fatal.push(error));
      const acknowledged: number[] = [];
      let failure: unknown;
      for (let number = 0; failure === undefined && number < 50_000; number += 16) {
        const group = Array.from({ length: 16 }, async (_, i) => {
          await replica.append(eventRecord(number + i));
          acknowledged.push(number + i);
        });
        await Promise.all(group).catch((error: unknown) => {
          failure = error;
        });
      }
      assert.ok(isFull(failure), String(failure));
      assert.match(failure.fix, /free space/i);
      assert.equal(fatal.length, 1);
      assert.ok(acknowledged.length > 100);
      remount(LARGER);
      await assert.rejects(replica.append(eventRecord(900_000)), isFull);
      await assert.rejects(store.disk.commit({ batches: [], ops: [{ table: 'open', key: 'x', value: 1 }] }), isFull);
      assert.equal(store.tables.get('open', 'x'), undefined);
      await store.close();
      await assertHolds(dir, acknowledged);
    });
  });

  test('host / full disk / a store cannot be made where there is no space', async () => {
    await onTmpfs(SMALL, async (mount, remount) => {
      const dir = join(mount, 'data');
      await mkdir(dir);
      await writeFile(join(dir, 'filler'), Buffer.alloc(4 * 1024 * 1024)).catch(() => undefined);
      await assert.rejects(openQuietly(dir), isFull);
      remount(LARGER);
      await (await openQuietly(dir)).close();
    });
  });
});

describe('a file system that is mounted for reading only', () => {
  test('host / read-only file system / the store says that its directory cannot be used, and why', async () => {
    await onTmpfs('ro,size=1m', async (mount) => {
      await assert.rejects(openQuietly(mount), (error: MeshError) => {
        assert.equal(error.code, 'data-dir-unusable');
        assert.match(error.message, /read-only/i);
        return true;
      });
    });
  });
});
