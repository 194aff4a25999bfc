import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableKey } from '../../../../roles/ports/tables.ts';
import { EVENTS } from '../../../../roles/replica/project-events.ts';
import type { Projection } from '../../../../roles/replica/projection.ts';
import { PROJECTIONS } from '../../../../roles/replica/projections.ts';
import { Projector } from '../../../../roles/replica/projector.ts';
import { rebuildProjections } from '../../../../roles/replica/rebuild.ts';
import type { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { doneRecord, eventId, eventRecord } from '../../../fakes/records.ts';
import { type ReplicaNode, startedNode } from '../../../fakes/replica-node.ts';

const TABLES = PROJECTIONS.flatMap(({ tables }) => tables);
const dump = (disk: MemoryDisk) => Object.fromEntries(TABLES.map((table) => [table, disk.rows(table)]));
const without = (name: string) => PROJECTIONS.filter((each) => each.name !== name);

/** A node with 600 events, more than two reads, and a few records of another kind. */
async function filledNode(projections: readonly Projection[] = PROJECTIONS): Promise<ReplicaNode> {
  const node = await startedNode('a', { projections });
  await Promise.all(Array.from({ length: 600 }, (_, i) => node.replica.append(eventRecord(i))));
  await node.replica.append(doneRecord(1));
  await node.replica.stop();
  return node;
}

const seenBy = (disk: MemoryDisk) => disk.rows('positions').map(([, row]) => row);
const projectorOf = ({ peer }: ReplicaNode) =>
  new Projector({ self: peer, projections: PROJECTIONS, onFault: (fault) => assert.fail(JSON.stringify(fault)) });

describe('replica / rebuild', () => {
  test('positions lie in the same commit as the rows', async () => {
    const { disk, replica, peer } = await filledNode();
    assert.deepEqual(disk.rows('positions'), [
      [tableKey(peer, replica.epoch), Object.fromEntries(PROJECTIONS.map(({ name }) => [name, 602]))],
    ]);
  });

  test('a start with nothing to do writes nothing', async () => {
    const { disk } = await filledNode();
    const again = disk.crash();
    await startedNode('a', { disk: again });
    assert.equal(again.commits, 0);
  });

  test('a projection that was not there is made from the logs', async () => {
    const reference = dump((await filledNode()).disk);
    const { disk } = await filledNode(without('events'));
    assert.deepEqual(disk.rows('ids'), []);
    const again = disk.crash();
    const { runtime } = await startedNode('a', { disk: again });
    assert.deepEqual(dump(again), reference);
    assert.deepEqual(
      runtime.lines.map(({ facts }) => facts),
      [{ projections: ['events'] }],
    );
  });

  test('a projection of another version is wiped and made anew, the others are left alone', async () => {
    const { disk } = await filledNode();
    const reference = dump(disk);
    const seen: string[] = [];
    const watched = (projection: Projection): Projection => ({
      ...projection,
      version: projection.name === 'events' ? projection.version + 1 : projection.version,
      project: (entry, rows) => {
        seen.push(projection.name);
        return projection.project(entry, rows);
      },
    });
    await disk.commit({ batches: [], ops: [{ table: 'ids', key: 'old shape', value: 'old' }] });
    const again = disk.crash();
    await startedNode('a', { disk: again, projections: PROJECTIONS.map(watched) });
    assert.deepEqual(dump(again), reference);
    assert.deepEqual([...new Set(seen)], ['events']);
    assert.equal(seen.length, 602);
  });

  const cuts = ['events', 'facts'].flatMap((missing) => [1, 2, 3, 4].map((commits) => ({ missing, commits })));
  for (const { missing, commits } of cuts) {
    test(`a rebuild of ${missing} cut short after ${commits} commits goes on where it was`, async () => {
      const { disk } = await filledNode(without(missing));
      const reference = dump((await filledNode()).disk);
      const cut = failingAfter(disk.crash(), commits);
      await startedNode('a', { disk: cut }).catch(() => undefined);
      const again = cut.crash();
      await startedNode('a', { disk: again });
      assert.deepEqual(dump(again), reference);
      assert.deepEqual(new Set(seenBy(again).flatMap((row) => Object.values(row as object))), new Set([602]));
    });
  }

  test('rebuildProjections makes every table anew from the logs', async () => {
    const node = await filledNode();
    const reference = dump(node.disk);
    await node.disk.commit({
      batches: [],
      ops: [
        { table: 'ids', key: eventId(3), value: undefined },
        { table: 'open', key: 'github:never', value: { wrong: true } },
        { table: 'counters', key: 'events', value: 12 },
      ],
    });
    await rebuildProjections({ disk: node.disk, tables: node.disk, projector: projectorOf(node) });
    assert.deepEqual(dump(node.disk), reference);
  });

  test('a projection that throws is reported and does not stop the log', async () => {
    const broken: Projection = {
      ...EVENTS,
      project: () => {
        throw new Error('a bug');
      },
    };
    const { replica, meter, runtime, disk } = await startedNode('a', { projections: [broken, ...without('events')] });
    await replica.append(eventRecord(1));
    assert.equal(disk.rows('open').length, 1);
    assert.equal(meter.total('mindmesh_projection_faults_total', { projection: 'events' }), 2);
    assert.equal(runtime.lines.filter(({ level }) => level === 'error').length, 2);
  });
});

/** Like a process that is killed: the commits after the first few never happen. */
function failingAfter(disk: MemoryDisk, commits: number): MemoryDisk {
  const commit = disk.commit.bind(disk);
  let left = commits;
  disk.commit = async (group) => {
    if (left === 0) disk.fail('store-write-failed');
    left -= 1;
    return commit(group);
  };
  return disk;
}
