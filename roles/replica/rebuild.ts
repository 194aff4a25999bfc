import { comparePositions, type LogId } from '../../protocols/ids.ts';
import { LIMITS } from '../../protocols/names.ts';
import { decodeRecord } from '../../protocols/record.ts';
import type { Disk } from '../ports/disk.ts';
import { type TableName, type TableOp, type Tables, tableKey } from '../ports/tables.ts';
import { Draft } from './draft.ts';
import { type Projection, put, remove, storedVersion } from './projection.ts';
import type { Projector } from './projector.ts';
import { getRow, type Row, rangeRows } from './rows.ts';

export interface RebuildParts {
  readonly disk: Disk;
  readonly tables: Tables;
  readonly projector: Projector;
}

/** Rows deleted in one batch while a table is wiped. */
const WIPE_ROWS = 4_096;
const READ = { records: LIMITS.groupRecords, bytes: LIMITS.groupBytes };

/**
 * Brings every projection to the end of every log: one of another version is wiped first and made anew (L9).
 * A crash in between is harmless, the next call goes on. Returns the names of those that were made anew from records.
 */
export async function catchUpProjections(parts: RebuildParts): Promise<readonly string[]> {
  const stale = parts.projector.projections.filter(
    (projection) => getRow(parts.tables, 'versions', projection.name) !== storedVersion(projection),
  );
  if (stale.length > 0) await wipe(stale, parts);
  const heads = [...(await parts.disk.heads())].sort((a, b) => comparePositions({ ...a, seq: 0 }, { ...b, seq: 0 }));
  for (const head of heads) await catchUpLog(head, head.length, parts);
  return heads.length > 0 ? stale.map(({ name }) => name) : [];
}

/** Makes every table anew, for `mindmesh check --rebuild`. */
export async function rebuildProjections(parts: RebuildParts): Promise<void> {
  const ops = parts.projector.projections.map(({ name }) => remove('versions', name));
  await parts.disk.commit({ batches: [], ops });
  await catchUpProjections(parts);
}

/** The versions are written last, with the positions: a wipe that was cut short begins again. */
async function wipe(stale: readonly Projection[], { disk, tables }: RebuildParts): Promise<void> {
  for (const table of stale.flatMap((projection) => projection.tables)) await clearTable(table, disk, tables);
  const names = new Set(stale.map(({ name }) => name));
  const ops: TableOp[] = stale.map((projection) => put('versions', projection.name, storedVersion(projection)));
  for (const [key, row] of await rangeRows(tables, 'positions')) {
    const kept = Object.entries(row).filter(([name]) => !names.has(name));
    ops.push(put('positions', key, Object.fromEntries(kept)));
  }
  await disk.commit({ batches: [], ops });
}

async function clearTable(table: TableName, disk: Disk, tables: Tables): Promise<void> {
  for (;;) {
    const rows = await tables.range(table, { limit: WIPE_ROWS });
    if (rows.length === 0) return;
    await disk.commit({ batches: [], ops: rows.map(([key]) => remove(table, key)) });
  }
}

async function catchUpLog(log: LogId, length: number, { disk, tables, projector }: RebuildParts): Promise<void> {
  const seen: Row<'positions'> = getRow(tables, 'positions', tableKey(log.origin, log.epoch)) ?? {};
  let from = Math.min(...projector.projections.map(({ name }) => seen[name] ?? 0));
  while (from < length) {
    const batch = await disk.read(log, from, READ);
    if (batch === undefined) return;
    const draft = new Draft(tables);
    batch.records.forEach((bytes, i) => {
      const position = { origin: log.origin, epoch: log.epoch, seq: batch.from + i };
      projector.project(position, decodeRecord(bytes), draft, seen);
    });
    draft.apply([projector.reached(log, batch.head.length, seen)]);
    await disk.commit({ batches: [], ops: draft.ops() });
    from = batch.head.length;
  }
}
