import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tableKey } from '../../../../roles/ports/tables.ts';
import { dayOf, spentOn } from '../../../../roles/replica/project-usage.ts';
import { PROJECTIONS } from '../../../../roles/replica/projections.ts';
import { Projector } from '../../../../roles/replica/projector.ts';
import { rebuildProjections } from '../../../../roles/replica/rebuild.ts';
import { Retention } from '../../../../roles/replica/retention.ts';
import { usageRecord } from '../../../fakes/agent-records.ts';
import { statusRecord } from '../../../fakes/records.ts';
import { type ReplicaNode, startedNode } from '../../../fakes/replica-node.ts';

const DAY_MS = 86_400_000;
const AT = 1_700_000_000_000;
const FIRST_DAY = dayOf(AT);

async function sweep({ replica, disk, runtime, meter, peer: self }: ReplicaNode): Promise<void> {
  const parts = { replica, disk, tables: disk, runtime, meter, lowestOf: () => Number.POSITIVE_INFINITY };
  await new Retention({ keepMs: 7 * DAY_MS, self }, parts).sweep();
}

async function rebuild(node: ReplicaNode): Promise<void> {
  const onFault = (fault: unknown) => assert.fail(JSON.stringify(fault));
  const projector = new Projector({ self: node.peer, projections: PROJECTIONS, onFault });
  await node.replica.stop();
  await rebuildProjections({ disk: node.disk, tables: node.disk, projector });
}

/** What was spent of each purse on the day of the records, whether their log still holds them or not. */
function spent({ disk }: ReplicaNode) {
  const of = spentOn(disk, () => FIRST_DAY);
  return {
    day: of({ scope: 'day', name: '' }),
    security: of({ scope: 'general', name: 'security-general' }),
    app: of({ scope: 'repository', name: 'acme/app' }),
    nobody: of({ scope: 'general', name: 'other-general' }),
  };
}

const THREE = {
  day: { nanoUsd: 630_000, tokens: 3_300 },
  security: { nanoUsd: 630_000, tokens: 3_300 },
  app: { nanoUsd: 420_000, tokens: 2_200 },
  nobody: { nanoUsd: 0, tokens: 0 },
};
const RECORDS = [
  usageRecord(1, { at: AT }),
  usageRecord(2, { at: AT, modelClass: 'large' }),
  usageRecord(3, { at: AT, repository: '' }),
];

/** A node whose log begins with three calls of a month ago, and goes on. */
async function agedNode(): Promise<ReplicaNode> {
  const node = await startedNode('a');
  for (const record of RECORDS) await node.replica.append(record);
  await Promise.all(Array.from({ length: 1_100 }, () => node.replica.append(statusRecord('x'))));
  await node.runtime.advance(30 * DAY_MS);
  return node;
}

describe('replica / usage', () => {
  test('replica / usage / calls are added up by day, general, repository and model', async () => {
    const node = await startedNode('a');
    for (const record of RECORDS) await node.replica.append(record);
    const once = { calls: 1, promptTokens: 1_000, completionTokens: 100, costNanoUsd: 210_000 };
    const rowsOf = (repository: string, modelClass: string) => [
      tableKey('held', FIRST_DAY, 'security-general', repository, 'openai', 'gpt-4o-mini', modelClass),
      once,
    ];
    assert.deepEqual(node.disk.rows('usage'), [
      rowsOf('', 'small'),
      rowsOf('acme/app', 'large'),
      rowsOf('acme/app', 'small'),
    ]);
    await node.replica.append(usageRecord(4, { at: AT }));
    assert.deepEqual(node.disk.rows('usage')[2]?.[1], {
      calls: 2,
      promptTokens: 2_000,
      completionTokens: 200,
      costNanoUsd: 420_000,
    });
  });

  test('replica / usage / what was spent of a budget counts on its day only, in UTC', async () => {
    const node = await startedNode('a');
    for (const record of RECORDS) await node.replica.append(record);
    assert.deepEqual(spent(node), THREE);
    const midnight = Date.parse('2023-11-15T00:00:00Z');
    await node.replica.append(usageRecord(4, { at: midnight - 1 }));
    await node.replica.append(usageRecord(5, { at: midnight }));
    const on = (day: string) => spentOn(node.disk, () => day)({ scope: 'day', name: '' }).tokens;
    assert.deepEqual([on('2023-11-14'), on('2023-11-15'), on('2023-11-16')], [4_400, 1_100, 0]);
  });

  test('replica / usage / it outlives the floor, and a rebuild behind it gives the same', async () => {
    const node = await agedNode();
    await sweep(node);
    await sweep(node);
    const floor = node.replica.floorOf({ origin: node.peer, epoch: node.replica.epoch })?.length ?? 0;
    assert.ok(floor > RECORDS.length, 'the records are gone');
    assert.deepEqual(spent(node), THREE);
    assert.ok(node.disk.rows('usage').every(([key]) => key.startsWith(tableKey('cut', ''))));
    const before = [node.disk.rows('usage'), node.disk.rows('spent')];
    await rebuild(node);
    assert.deepEqual([node.disk.rows('usage'), node.disk.rows('spent')], before);
  });

  test('replica / usage / a rebuild before the floor gives the same', async () => {
    const node = await agedNode();
    const before = [node.disk.rows('usage'), node.disk.rows('spent')];
    await rebuild(node);
    assert.deepEqual([node.disk.rows('usage'), node.disk.rows('spent')], before);
    assert.deepEqual(spent(node), THREE);
  });

  test('replica / usage / it is forgotten after four hundred days', async () => {
    const node = await agedNode();
    await sweep(node);
    await sweep(node);
    await node.runtime.advance(369 * DAY_MS);
    await sweep(node);
    assert.deepEqual(spent(node), THREE);
    await node.runtime.advance(3 * DAY_MS);
    await sweep(node);
    assert.deepEqual(node.disk.rows('usage'), []);
    assert.deepEqual(node.disk.rows('spent'), []);
  });
});
