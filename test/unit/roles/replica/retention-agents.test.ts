import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MeshRecord } from '../../../../protocols/record.ts';
import { tableKey } from '../../../../roles/ports/tables.ts';
import { PROJECTIONS } from '../../../../roles/replica/projections.ts';
import { Projector } from '../../../../roles/replica/projector.ts';
import { rebuildProjections } from '../../../../roles/replica/rebuild.ts';
import { Retention } from '../../../../roles/replica/retention.ts';
import {
  actionRecord,
  approvalRecord,
  codeGenerationRecord,
  conversationRecord,
} from '../../../fakes/agent-records.ts';
import type { MemoryDisk } from '../../../fakes/memory-disk.ts';
import { statusRecord } from '../../../fakes/records.ts';
import { type ReplicaNode, startedNode } from '../../../fakes/replica-node.ts';

const DAY = 86_400_000;
const TABLES = ['conversations', 'conversations_status', 'agent_actions', 'code_generations', 'approvals'] as const;
const ISSUE = 'acme/app#7';
const HASH = 'a'.repeat(64);

/** A node whose log begins with these, said a month ago, and goes on for longer than what is said again. */
async function agedNode(records: readonly MeshRecord[]): Promise<ReplicaNode> {
  const node = await startedNode('a');
  for (const record of records) await node.replica.append(record);
  await Promise.all(Array.from({ length: 1_100 }, () => node.replica.append(statusRecord('x'))));
  await node.runtime.advance(30 * DAY);
  return node;
}

async function sweep(node: ReplicaNode): Promise<void> {
  const { replica, disk, runtime, meter, peer: self } = node;
  const lowestOf = () => Number.POSITIVE_INFINITY;
  const parts = { replica, disk, tables: disk, runtime, meter, lowestOf };
  await new Retention({ keepMs: 7 * DAY, self }, parts).sweep();
}

const floorOf = ({ replica, peer: origin }: ReplicaNode) =>
  replica.floorOf({ origin, epoch: replica.epoch })?.length ?? 0;
const dump = (disk: MemoryDisk) => Object.fromEntries(TABLES.map((table) => [table, disk.rows(table)]));

describe('replica / retention of what agents and people say', () => {
  test('an open conversation and the word on its text outlive the floor: they are said again above it, once', async () => {
    const node = await agedNode([conversationRecord(1, { status: 'ready_for_dev' }), approvalRecord(2)]);
    const before = dump(node.disk);
    for (let i = 0; i < 4; i++) await sweep(node);
    const length = node.replica.have().find(([origin]) => origin === node.peer)?.[2];
    assert.ok(floorOf(node) > 1_000, `the log is dropped behind them: ${floorOf(node)}`);
    assert.deepEqual(dump(node.disk), { ...before, approvals: node.disk.rows('approvals') });
    for (let i = 0; i < 3; i++) await sweep(node);
    assert.equal(
      node.replica.have().find(([origin]) => origin === node.peer)?.[2],
      length,
      'a quiet log repeats nothing',
    );
  });

  test('what an earlier boot said is said again at once, so that its log can go', async () => {
    const before = await startedNode('a');
    await before.replica.append(conversationRecord(1, { status: 'ready_for_dev' }));
    const epoch = before.replica.epoch;
    await before.runtime.advance(DAY);
    const runtime = before.runtime;
    await before.replica.stop();
    const node = await startedNode('a', { disk: before.disk.crash(), runtime });
    await runtime.advance(30 * DAY);
    for (let i = 0; i < 3; i++) await sweep(node);
    const length = node.replica.have().find((log) => log[1] === epoch)?.[2];
    assert.equal(node.replica.floorOf({ origin: node.peer, epoch })?.length, length);
    assert.equal(node.disk.rows('conversations').length, 1);
  });

  test('what was completed goes with its indexes, its generations, and the words on it', async () => {
    const node = await agedNode([
      conversationRecord(1, { status: 'completed' }),
      codeGenerationRecord(1),
      actionRecord(1),
      approvalRecord(2),
    ]);
    await sweep(node);
    assert.deepEqual(dump(node.disk), Object.fromEntries(TABLES.map((table) => [table, []])));
    assert.deepEqual(node.disk.rows('agent_rows'), []);
  });

  test('a rebuild leaves what lies below the floor, and gives the same', async () => {
    const node = await agedNode([conversationRecord(1), codeGenerationRecord(1), approvalRecord(2)]);
    await sweep(node);
    await sweep(node);
    const before = dump(node.disk);
    assert.equal(before.code_generations?.length, 1);
    const onFault = (fault: unknown) => assert.fail(JSON.stringify(fault));
    const projector = new Projector({ self: node.peer, projections: PROJECTIONS, onFault });
    await node.replica.stop();
    await rebuildProjections({ disk: node.disk, tables: node.disk, projector });
    assert.deepEqual(dump(node.disk), before);
  });

  test('a word on a text that nothing open is about goes when it is old', async () => {
    const node = await agedNode([
      conversationRecord(1),
      approvalRecord(2, { textHash: 'b'.repeat(64) }),
      approvalRecord(3),
    ]);
    await sweep(node);
    await sweep(node);
    assert.deepEqual(
      node.disk.rows('approvals').map(([key]) => key),
      [tableKey(ISSUE, HASH)],
    );
  });
});
