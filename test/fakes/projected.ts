import assert from 'node:assert/strict';
import type { Epoch, Position } from '../../protocols/ids.ts';
import { type Decoded, decodeRecord, encodeRecord, type MeshRecord } from '../../protocols/record.ts';
import { PROJECTION_TABLES } from '../../roles/ports/tables.ts';
import { Draft } from '../../roles/replica/draft.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Projector } from '../../roles/replica/projector.ts';
import { peerNamed } from './cards.ts';
import { MemoryDisk } from './memory-disk.ts';

/** Who projects: records of this origin are its own. */
export const SELF = peerNamed('self');

export interface Placed {
  readonly position: Position;
  readonly decoded: Decoded;
}

export function place(origin: Position['origin'], epoch: Epoch, seq: number, record: MeshRecord): Placed {
  return { position: { origin, epoch, seq }, decoded: decodeRecord(encodeRecord(record)) };
}

/** Projects in this order, `groupSize()` records a commit. */
export async function projected(placed: readonly Placed[], groupSize = () => 1): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  const projector = new Projector({
    self: SELF,
    projections: PROJECTIONS,
    onFault: (fault) => assert.fail(JSON.stringify(fault)),
  });
  for (let at = 0; at < placed.length; ) {
    const group = placed.slice(at, at + groupSize());
    const draft = new Draft(disk);
    for (const { position, decoded } of group) projector.project(position, decoded, draft);
    await disk.commit({ batches: [], ops: draft.ops() });
    at += group.length;
  }
  return disk;
}

export function dump(disk: MemoryDisk): Record<string, unknown> {
  return Object.fromEntries(Object.values(PROJECTION_TABLES).map((table) => [table, disk.rows(table)]));
}

/** Both orders, which must give the same; returns the tables. */
export async function bothWays(placed: readonly Placed[]): Promise<MemoryDisk> {
  const disk = await projected(placed);
  assert.deepEqual(dump(await projected(placed.toReversed())), dump(disk));
  return disk;
}
