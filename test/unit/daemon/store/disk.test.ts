import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openStore } from '../../../../daemon/store/level.ts';
import { hasCode } from '../../../../protocols/errors.ts';
import type { TableOp } from '../../../../roles/ports/tables.ts';
import { silentLogger } from '../../../fakes/runtime-lite.ts';

describe('store / disk', () => {
  test('after one write that failed, for whatever reason, nothing is written any more', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mindmesh-refuse-'));
    const store = await openStore({ dir }, { runtime: { log: silentLogger } });
    const commit = (key: string, value: unknown) => {
      const op: TableOp = { table: 'open', key, value };
      return store.disk.commit({ batches: [], ops: [op] });
    };
    const isFailed = (error: unknown) => hasCode(error, 'store-write-failed');
    await commit('before', 1);
    // JSON has no such number, so that the group cannot even be put together.
    await assert.rejects(commit('bad', 1n), isFailed);
    await assert.rejects(commit('after', 1), isFailed);
    assert.deepEqual(await store.tables.range('open'), [['before', 1]]);
    await store.close();
    await rm(dir, { recursive: true });
  });
});
