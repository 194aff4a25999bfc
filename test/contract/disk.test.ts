import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openStore } from '../../daemon/store/level.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { silentLogger } from '../fakes/runtime-lite.ts';
import { diskSuite, type OpenDisk } from './disk.suite.ts';

diskSuite('memory', async () => openMemory(new MemoryDisk()));
diskSuite('LevelDB', async () => openLevel(await mkdtemp(join(tmpdir(), 'mindmesh-disk-'))));

/** The fake can do what a power cut does, which LevelDB cannot be asked for. */
describe('disk / memory / power cut', () => {
  const op = (key: string) => ({ batches: [], ops: [{ table: 'open' as const, key, value: 1 }] });
  const keysOf = (disk: MemoryDisk) => disk.rows('open').map(([key]) => key);

  /** One group is synced, another written and not. */
  async function half(): Promise<MemoryDisk> {
    let isSlow = false;
    const disk = new MemoryDisk({ sync: () => (isSlow ? new Promise(() => {}) : Promise.resolve()) });
    await disk.commit(op('synced'));
    isSlow = true;
    void disk.commit(op('unsynced'));
    assert.ok(disk.unsyncedBytes > 0);
    return disk;
  }

  test('what was not synced is gone', async () => {
    assert.deepEqual(keysOf((await half()).crash()), ['synced']);
  });

  test('a group of which only a part was written is gone as a whole', async () => {
    const disk = await half();
    assert.deepEqual(keysOf(disk.crash(disk.unsyncedBytes - 1)), ['synced']);
  });

  test('a group may happen to be written though nobody was told', async () => {
    const disk = await half();
    assert.deepEqual(keysOf(disk.crash(disk.unsyncedBytes)), ['synced', 'unsynced']);
  });

  test('a disk that only says it synced loses what it said it had', async () => {
    const disk = new MemoryDisk({ honest: false });
    await disk.commit(op('promised'));
    assert.deepEqual(keysOf(disk), ['promised']);
    assert.deepEqual(keysOf(disk.crash()), []);
  });
});

function openMemory(disk: MemoryDisk): OpenDisk {
  return { disk, tables: disk, reopen: async () => openMemory(disk.crash()), close: async () => {} };
}

async function openLevel(dir: string): Promise<OpenDisk> {
  const store = await openStore({ dir }, { runtime: { log: silentLogger } });
  return {
    disk: store.disk,
    tables: store.tables,
    reopen: async () => {
      await store.close();
      return openLevel(dir);
    },
    close: async () => {
      await store.close();
      await rm(dir, { recursive: true });
    },
  };
}
