import { comparePositions, type LogId, logKey, type Position } from '../../protocols/ids.ts';
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
  const floors = new Map((await parts.disk.floors()).map((floor) => [logKey(floor), floor.length]));
  if (stale.length > 0) await wipe(stale, floors, parts);
  const heads = [...(await parts.disk.heads())].sort((a, b) => comparePositions({ ...a, seq: 0 }, { ...b, seq: 0 }));
  for (const head of heads) {
    await catchUpLog(head, { floor: floors.get(logKey(head)) ?? 0, length: head.length }, parts);
  }
  return heads.length > 0 ? stale.map(({ name }) => name) : [];
}

/** Makes every table anew, for `mindmesh check --rebuild`. */
export async function rebuildProjections(parts: RebuildParts): Promise<void> {
  const ops = parts.projector.projections.map(({ name }) => remove('versions', name));
  await parts.disk.commit({ batches: [], ops });
  await catchUpProjections(parts);
}

/** The versions are written last, with the positions: a wipe that was cut short begins again. */
async function wipe(
  stale: readonly Projection[],
  floors: ReadonlyMap<string, number>,
  { disk, tables }: RebuildParts,
): Promise<void> {
  const isCut = (position: Position) => position.seq < (floors.get(logKey(position)) ?? 0);
  for (const projection of stale) {
    for (const table of projection.tables) {
      const keeps = (key: string, row: unknown) => projection.keeps?.(table, key, row, isCut) ?? false;
      await clearTable(table, keeps, { disk, tables });
    }
  }
  const names = new Set(stale.map(({ name }) => name));
  const ops: TableOp[] = stale.map((projection) => put('versions', projection.name, storedVersion(projection)));
  for (const [key, row] of await rangeRows(tables, 'positions')) {
    const kept = Object.entries(row).filter(([name]) => !names.has(name));
    ops.push(put('positions', key, Object.fromEntries(kept)));
  }
  await disk.commit({ batches: [], ops });
}

async function clearTable(
  table: TableName,
  keeps: (key: string, row: unknown) => boolean,
  { disk, tables }: Pick<RebuildParts, 'disk' | 'tables'>,
): Promise<void> {
  for (let after: string | undefined; ; ) {
    const rows = await tables.range(table, { limit: WIPE_ROWS, ...(after !== undefined && { after }) });
    const last = rows.at(-1);
    if (last === undefined) return;
    [after] = last;
    const gone = rows.filter(([key, row]) => !keeps(key, row));
    await disk.commit({ batches: [], ops: gone.map(([key]) => remove(table, key)) });
  }
}

async function catchUpLog(
  log: LogId,
  { floor, length }: { readonly floor: number; readonly length: number },
  { disk, tables, projector }: RebuildParts,
): Promise<void> {
  const seen: Row<'positions'> = getRow(tables, 'positions', tableKey(log.origin, log.epoch)) ?? {};
  let from = Math.max(floor, Math.min(...projector.projections.map(({ name }) => seen[name] ?? 0)));
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
