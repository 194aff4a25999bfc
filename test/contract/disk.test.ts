import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../daemon/store/level.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { silentLogger } from '../fakes/runtime-lite.ts';
import { diskSuite, type OpenDisk } from './disk.suite.ts';

diskSuite('memory', async () => openMemory(new MemoryDisk()));
diskSuite('LevelDB', async () => openLevel(await mkdtemp(join(tmpdir(), 'mindmesh-disk-'))));

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
