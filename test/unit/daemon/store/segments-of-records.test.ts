import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Level } from 'level';
import { openStore } from '../../../../daemon/store/level.ts';
import { type Database, openBytes, openSublevels, placeKey } from '../../../../daemon/store/tables.ts';
import { headBytes } from '../../../../protocols/record.ts';
import { batchOf, LOG, ORIGIN } from '../../../fakes/batches.ts';
import { epochNumber } from '../../../fakes/cards.ts';
import { silentLogger } from '../../../fakes/runtime-lite.ts';

const OTHER = { ...LOG, epoch: epochNumber(2) };
const BATCHES = [batchOf(0, 3), batchOf(3, 4), batchOf(4, 204), batchOf(0, 1, { log: OTHER })];

/** A row a record, and each head by the place behind it. */
async function writeLayout1(dir: string): Promise<void> {
  const db: Database = new Level<string, Buffer>(dir, { valueEncoding: 'buffer' });
  await db.open();
  await (await openSublevels(db)).meta.put('schema', 1);
  const [records, heads] = [openBytes(db, 'records'), openBytes(db, 'heads')];
  for (const batch of BATCHES) {
    for (const [i, record] of batch.records.entries())
      await records.put(placeKey(batch.head, batch.from + i), Buffer.from(record));
    await heads.put(placeKey(batch.head, batch.head.length), Buffer.concat([batch.head.hash, batch.head.signature]));
  }
  await db.close();
}

test('store / layout 1 / every log is there after the migration, and sound', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'mindmesh-layout-'));
  await writeLayout1(dir);
  const store = await openStore({ dir }, { runtime: { log: silentLogger } });
  const report = await store.check((head) => ORIGIN.verify(head.origin, headBytes(head), head.signature));
  assert.deepEqual([report.logs, report.records, report.heads, report.problems], [2, 205, 4, []]);
  const read = await store.disk.read(LOG, 2, { records: 256, bytes: 1_000_000 });
  assert.deepEqual(
    read?.records.map((record) => Buffer.from(record)),
    batchOf(2, 204).records.map((record) => Buffer.from(record)),
  );
  await store.close();
  await rm(dir, { recursive: true });
});
