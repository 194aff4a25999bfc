import { mkdir, statfs } from 'node:fs/promises';
import { Level } from 'level';
import type { MeshError } from '../../protocols/errors.ts';
import type { SignedHead } from '../../protocols/record.ts';
import type { BlobStore } from '../../roles/ports/blobs.ts';
import type { Disk } from '../../roles/ports/disk.ts';
import type { ModelCache } from '../../roles/ports/model-cache.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';
import type { Tables } from '../../roles/ports/tables.ts';
import { AbsenceFilters } from './absence.ts';
import { LevelBlobs } from './blobs.ts';
import { type CheckReport, checkStore } from './check.ts';
import { LevelDisk } from './disk.ts';
import { openFailure } from './failures.ts';
import { migrate } from './migrations.ts';
import { LevelModelCache, type ModelCacheOptions } from './model-cache.ts';
import { LevelTables } from './table-reader.ts';
import { type Database, openSublevels, type Sublevels } from './tables.ts';

export interface StoreOptions {
  /** Made with mode 0700 when it is missing. One process at a time. */
  readonly dir: string;
}

export interface StoreParts {
  readonly runtime: Pick<Runtime, 'log'>;
}

export interface Store {
  readonly disk: Disk;
  readonly tables: Tables;
  readonly blobs: BlobStore;
  /** Opened once, by who asks models. @param now wall-clock milliseconds */
  modelCache(options: ModelCacheOptions, now: () => number): ModelCache;
  /** Reads everything and says what is wrong; `verify` tells whether a head is signed by its origin. */
  check(verify: (head: SignedHead) => boolean): Promise<CheckReport>;
  /** Bytes that this user may still write there. */
  freeBytes(): Promise<number>;
  close(): Promise<void>;
}

/**
 * What LevelDB collects in memory before it writes a table file. With its default of 4 MB compaction costs 80–95 µs an event,
 * more than any other step of its way; four times as much memory makes it a third of that.
 */
const WRITE_BUFFER_BYTES = 16 * 1024 * 1024;

/** @throws MeshError `store-locked`, `store-damaged`, `store-newer`, `data-dir-unusable`, `disk-full`. */
export async function openStore({ dir }: StoreOptions, { runtime }: StoreParts): Promise<Store> {
  const { db, sublevels } = await openDatabase(dir);
  try {
    const steps = await migrate(dir, { db, sublevels });
    for (const { from, to } of steps) runtime.log.info({ from, to }, 'store migrated');
  } catch (error) {
    await db.close();
    throw openFailure(error, dir);
  }
  const absence = new AbsenceFilters();
  const loading = absence
    .load(sublevels)
    .catch((error: unknown) => runtime.log.warn({ error }, 'absence filters not loaded'));
  const disk = new LevelDisk(dir, { db, sublevels, absence });
  const failed = (failure: MeshError) => disk.fail(failure);
  return {
    disk,
    tables: new LevelTables(dir, sublevels, absence),
    blobs: new LevelBlobs(dir, { db, sublevels }),
    modelCache: (options, now) => new LevelModelCache(dir, options, { db, sublevels, now, failed }),
    check: (verify) => checkStore({ verify }, { db, sublevels }),
    freeBytes: async () => {
      const { bavail, bsize } = await statfs(dir);
      return bavail * bsize;
    },
    close: async () => {
      await loading;
      await db.close();
    },
  };
}

/** The directory is made first: LevelDB would make it readable by everybody. */
async function openDatabase(dir: string): Promise<{ readonly db: Database; readonly sublevels: Sublevels }> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const db: Database = new Level<string, Buffer>(dir, {
      valueEncoding: 'buffer',
      writeBufferSize: WRITE_BUFFER_BYTES,
    });
    await db.open();
    return { db, sublevels: await openSublevels(db) };
  } catch (error) {
    throw openFailure(error, dir);
  }
}
