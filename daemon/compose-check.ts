import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MeshError } from '../protocols/errors.ts';
import { headBytes, type SignedHead } from '../protocols/record.ts';
import type { Disk } from '../roles/ports/disk.ts';
import { TABLES } from '../roles/ports/tables.ts';
import { PROJECTIONS } from '../roles/replica/projections.ts';
import { Projector } from '../roles/replica/projector.ts';
import { rebuildProjections } from '../roles/replica/rebuild.ts';
import { STORE_FOLDER } from './compose-core.ts';
import { createLog } from './log.ts';
import { createVerifier } from './mesh/ed25519.ts';
import { loadIdentity } from './mesh/identity.ts';
import { createRuntime } from './runtime.ts';
import type { CheckReport } from './store/check.ts';
import { openStore, type Store } from './store/level.ts';

const runtime = () => createRuntime(createLog({ level: 'warn' }));

/**
 * Reads the whole store of a node that does not run.
 * @throws MeshError `not-found` where there is no store, `store-locked` while its daemon runs, and what opening it throws
 */
export async function checkDataDir(dataDir: string): Promise<CheckReport> {
  return withStore(dataDir, check);
}

export interface RebuildOptions {
  readonly dataDir: string;
  /** Whose tables they are: what is this node's own to do is told by it. */
  readonly keyFile: string;
  /** In records. */
  readonly onProgress: (done: number, total: number) => void;
}

export interface RebuildReport extends CheckReport {
  /** Records that the tables were made of; absent when a log is damaged, and the tables were left as they are. */
  readonly rebuilt?: number;
}

/**
 * Makes every table anew from the logs (L9), and reads everything afterwards.
 * @throws MeshError as `checkDataDir`, and `not-found` without the node's key
 */
export async function rebuildDataDir({ dataDir, keyFile, onProgress }: RebuildOptions): Promise<RebuildReport> {
  return withStore(dataDir, async (store) => {
    const before = await check(store);
    // What a damaged log no longer tells may still stand in a table.
    if (before.problems.some(({ log }) => !isTable(log))) return before;
    await assertThere(keyFile, 'node key');
    const { identity } = await loadIdentity(keyFile);
    const { log } = runtime();
    const onFault = (fault: object) => log.error(fault, 'projection failed on a record');
    const projector = new Projector({ self: identity.peer, projections: PROJECTIONS, onFault });
    const disk = watched(store.disk, (done) => onProgress(done, before.records));
    await rebuildProjections({ disk, tables: store.tables, projector });
    return { ...(await check(store)), rebuilt: before.records };
  });
}

async function withStore<T>(dataDir: string, work: (store: Store) => Promise<T>): Promise<T> {
  const dir = join(dataDir, STORE_FOLDER);
  // Opening would make one.
  await assertThere(dir, 'store in');
  const store = await openStore({ dir }, { runtime: runtime() });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function assertThere(path: string, what: string): Promise<void> {
  await stat(path).catch((error: unknown) => {
    throw new MeshError('not-found', { what, id: path }, { cause: error });
  });
}

function check(store: Store): Promise<CheckReport> {
  const verify = createVerifier();
  return store.check((head: SignedHead) => verify(head.origin, headBytes(head), head.signature));
}

function isTable(name: string): boolean {
  return Object.values<string>(TABLES).includes(name);
}

/** Tells how many records were read of it. */
function watched(disk: Disk, onRead: (done: number) => void): Disk {
  let done = 0;
  const read: Disk['read'] = async (log, from, limits) => {
    const batch = await disk.read(log, from, limits);
    done += batch?.records.length ?? 0;
    onRead(done);
    return batch;
  };
  return new Proxy(disk, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name);
      if (name === 'read') return read;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
