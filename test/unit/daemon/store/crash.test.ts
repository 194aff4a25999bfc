import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { openStore, type Store } from '../../../../daemon/store/level.ts';
import { hasCode, type MeshError } from '../../../../protocols/errors.ts';
import { headBytes, type SignedHead } from '../../../../protocols/record.ts';
import { PROJECTIONS } from '../../../../roles/replica/projections.ts';
import { Replica } from '../../../../roles/replica/replica.ts';
import { getRow } from '../../../../roles/replica/rows.ts';
import { cardOf, peerNamed } from '../../../fakes/cards.ts';
import { fakeIdentity } from '../../../fakes/fake-identity.ts';
import { countingMeter, manualRuntime } from '../../../fakes/manual-runtime.ts';
import { eventId, eventRecord } from '../../../fakes/records.ts';
import { silentLogger } from '../../../fakes/runtime-lite.ts';
import { runStoreChild } from '../../../support/run-store-child.ts';
import { waitFor } from '../../../support/wait-for.ts';

const run = promisify(execFile);
const identity = fakeIdentity(peerNamed('child'));
const isSigned = (head: SignedHead) => identity.verify(head.origin, headBytes(head), head.signature);
const open = (dir: string): Promise<Store> => openStore({ dir }, { runtime: { log: silentLogger } });

async function startReplica({ disk, tables }: Store): Promise<Replica> {
  const parts = { disk, tables, identity, runtime: manualRuntime(), projections: PROJECTIONS, meter: countingMeter() };
  const replica = new Replica({ card: cardOf('child') }, parts);
  await replica.start();
  return replica;
}

/** Opens the store as the next boot would: everything acknowledged is there, and everything that is there is whole. */
async function assertHolds(dir: string, acknowledged: readonly number[]): Promise<void> {
  const store = await open(dir);
  try {
    const replica = await startReplica(store);
    const report = await store.check(isSigned);
    assert.deepEqual([report.problems, report.behind], [[], []]);
    assert.equal(report.records, replica.stats().records);
    for (const number of acknowledged) {
      const row = getRow(store.tables, 'ids', eventId(number));
      assert.ok(row, `event ${number} is missing`);
      const read = await replica.read(row);
      assert.ok(read?.ok && read.record.type === 'event' && read.record.event.id === eventId(number));
    }
  } finally {
    await store.close();
  }
}

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

describe('store / full disk', () => {
  /** A file system of two megabytes. Mounting needs root. */
  async function onSmallDisk(body: (dir: string, grow: () => Promise<void>) => Promise<void>): Promise<void> {
    const mount = await mkdtemp(join(tmpdir(), 'mindmesh-full-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount]);
    try {
      await body(join(mount, 'data'), async () => {
        await run('mount', ['-o', 'remount,size=16m', mount]);
      });
    } finally {
      await run('umount', [mount]);
      await rm(mount, { recursive: true });
    }
  }
  const isFull = (error: unknown): error is MeshError => hasCode(error, 'disk-full');

  test('the write that does not fit says so, no later one succeeds, and what was acknowledged is there afterwards', async () => {
    await onSmallDisk(async (dir, grow) => {
      const store = await open(dir);
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
      await grow();
      await assert.rejects(replica.append(eventRecord(900_000)), isFull);
      await assert.rejects(store.disk.commit({ batches: [], ops: [{ table: 'open', key: 'x', value: 1 }] }), isFull);
      assert.equal(store.tables.get('open', 'x'), undefined);
      await store.close();
      await assertHolds(dir, acknowledged);
    });
  });

  test('a store cannot be made where there is no space', async () => {
    await onSmallDisk(async (dir, grow) => {
      await mkdir(dir);
      await writeFile(join(dir, 'filler'), Buffer.alloc(4 * 1024 * 1024)).catch(() => undefined);
      await assert.rejects(open(dir), isFull);
      await grow();
      await (await open(dir)).close();
    });
  });
});
