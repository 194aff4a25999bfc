import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogId } from '../../../../protocols/ids.ts';
import { Backlog } from '../../../../roles/replica/backlog.ts';
import { batchOf, LOG } from '../../../fakes/batches.ts';
import { epochNumber, peerNamed } from '../../../fakes/cards.ts';
import { manualRuntime, settled } from '../../../fakes/manual-runtime.ts';
import { type ReplicaNode, replicaNode, startedNode } from '../../../fakes/replica-node.ts';

const RELAY = peerNamed('relay');
const OTHER: LogId = { ...LOG, epoch: epochNumber(2) };

async function receive({ replica }: ReplicaNode, ...ends: readonly [from: number, length: number][]): Promise<void> {
  for (const [from, length] of ends) assert.equal(await replica.apply(batchOf(from, length), RELAY), 'applied');
}

/** Sequence numbers in the order in which listeners hear of them. */
function listen({ replica }: ReplicaNode): { readonly grown: number[]; readonly told: number[] } {
  const heard = { grown: [] as number[], told: [] as number[] };
  replica.onGrowth((heads) => heard.grown.push(...heads.map(({ length }) => length)));
  replica.onCommit((entries) => heard.told.push(...entries.map(({ position }) => position.seq)));
  return heard;
}

const upTo = (length: number) => Array.from({ length }, (_, i) => i);

describe('replica / backlog', () => {
  test('a bulk is synced at once and projected when it has ended, in order', async () => {
    const node = await startedNode('a');
    const { grown, told } = listen(node);
    await receive(node, [0, 256], [256, 512], [512, 600]);
    assert.equal(node.replica.lengthOf(LOG), 600);
    assert.deepEqual(grown, [256, 512, 600]);
    assert.deepEqual([told, node.disk.rows('ids').length, node.replica.isProjected], [[], 0, false]);
    assert.equal((await node.replica.readBatch(LOG, 512))?.head.length, 600);
    await node.runtime.advance(20);
    await settled();
    assert.deepEqual(told, upTo(600));
    assert.deepEqual([node.disk.rows('ids').length, node.replica.isProjected], [600, true]);
    assert.equal(node.disk.get('counters', 'events'), 600);
  });

  test('what comes while a bulk is projected waits its turn; another log does not wait', async () => {
    const node = await startedNode('a');
    const { told } = listen(node);
    await receive(node, [0, 256]);
    assert.equal(await node.replica.apply(batchOf(0, 2, { log: OTHER }), RELAY), 'applied');
    assert.deepEqual(told, [0, 1]);
    const advanced = node.runtime.advance(20);
    await receive(node, [256, 257], [257, 258]);
    await advanced;
    await settled();
    assert.deepEqual(told.slice(2), upTo(258));
    await receive(node, [258, 259]);
    assert.equal(told.at(-1), 258);
    assert.equal(node.replica.isProjected, true);
  });

  test('a bulk that does not end is projected beside its arrival after two seconds', async () => {
    const node = await startedNode('a');
    const { told } = listen(node);
    const bulk = (log: number) => batchOf(0, 256, { log: { ...LOG, epoch: epochNumber(log) } });
    for (let i = 1; i <= 105; i++) {
      await node.replica.apply(bulk(i), RELAY);
      await node.runtime.advance(19);
    }
    assert.deepEqual([told, node.runtime.monotonic()], [[], 1_995]);
    await node.replica.apply(bulk(106), RELAY);
    await node.runtime.advance(5);
    assert.ok(told.length > 0);
  });

  test('a crash before it is projected loses nothing: the next start makes up for it', async () => {
    const node = await startedNode('a');
    await receive(node, [0, 256], [256, 300]);
    const disk = node.disk.crash();
    const after = replicaNode('a', { disk });
    await after.replica.start();
    assert.equal(after.replica.lengthOf(LOG), 300);
    assert.deepEqual([disk.rows('ids').length, disk.get('counters', 'events')], [300, 300]);
  });

  test('what is written while the others are looked through is not forgotten', async () => {
    const runtime = manualRuntime();
    const projected: number[] = [];
    const lengths = new Map([
      [LOG.epoch, 256],
      [OTHER.epoch, 256],
    ]);
    let written = 0;
    let look: () => void = () => {};
    const backlog = new Backlog({
      runtime,
      disk: {
        // The first batch is synced while the backlog looks at the other log.
        read: async (log, from) => {
          if (log.epoch === OTHER.epoch) look();
          return log.epoch === LOG.epoch && from < written ? batchOf(from, written) : undefined;
        },
      },
      expectedLengthOf: (log) => lengths.get(log.epoch) ?? 0,
      project: async (batch) => void projected.push(batch.head.length),
      onFailure: assert.fail,
    });
    backlog.defers(batchOf(0, 256));
    backlog.defers(batchOf(0, 256, { log: OTHER }));
    look = () => {
      written = 256;
      backlog.written();
      look = () => {};
    };
    backlog.written();
    await runtime.advance(20);
    await settled();
    assert.deepEqual(projected, [256]);
  });

  test('a node that stops leaves the rest to its next start', async () => {
    const node = await startedNode('a');
    await receive(node, [0, 256]);
    await node.replica.stop();
    await node.runtime.advance(1_000);
    assert.deepEqual(node.disk.rows('ids'), []);
    const after = await startedNode('a', { disk: node.disk });
    assert.equal(after.disk.rows('ids').length, 256);
  });
});
