import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertHolds } from '../../../support/replica-store.ts';
import { runStoreChild } from '../../../support/run-store-child.ts';
import { waitFor } from '../../../support/wait-for.ts';

describe('store / kill -9', () => {
  test('every acknowledged record is there and the chains hold, time after time', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'mindmesh-kill-'));
    const acknowledged: number[] = [];
    try {
      for (let boot = 0; boot < 3; boot++) {
        const child = runStoreChild(['append', dir, String(boot * 1_000_000)]);
        const enough = 300 + boot * 700;
        await waitFor(`${enough} records`, () => child.lines().length > enough);
        await child.kill();
        const before = acknowledged.length;
        acknowledged.push(
          ...child
            .lines()
            .filter((line) => /^\d+$/.test(line))
            .map(Number),
        );
        assert.ok(acknowledged.length - before >= enough);
        await assertHolds(dir, acknowledged);
      }
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
