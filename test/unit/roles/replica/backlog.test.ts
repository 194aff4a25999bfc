import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { LogId } from '../../../../protocols/ids.ts';
import type { Batch } from '../../../../roles/ports/disk.ts';
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

/** A backlog of one log, whose batches arrive as they are told to. */
function alone() {
  const runtime = manualRuntime();
  const projected: number[] = [];
  const ends = [0];
  let pause = Promise.resolve();
  const backlog = new Backlog({
    runtime,
    disk: {
      read: async (_, from) =>
        between(
          from,
          ends.find((end) => end > from),
        ),
    },
    expectedLengthOf: () => ends.at(-1) ?? 0,
    project: async ({ head }) => {
      projected.push(head.length);
      await pause;
    },
    onFailure: assert.fail,
  });
  const arrive = (records: number) => {
    const from = ends.at(-1) ?? 0;
    ends.push(from + records);
    const batch = withEnds(from, from + records);
    backlog.defers(batch);
    backlog.written([batch]);
  };
  /** What is projected from now on takes until the function it returns is called. */
  const holding = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    pause = promise;
    return resolve;
  };
  return { runtime, backlog, projected, arrive, holding };
}

const FULL = batchOf(0, 256);

/** A backlog looks at the size and the ends of a batch, never at its chain. */
function withEnds(from: number, end: number): Batch {
  return { from, head: { ...FULL.head, length: end }, records: FULL.records.slice(0, end - from) };
}

function between(from: number, end: number | undefined): Batch | undefined {
  return end === undefined ? undefined : withEnds(from, end);
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

  test('a bulk that does not end is projected beside its arrival after ten seconds', async () => {
    const { runtime, backlog, projected, arrive } = alone();
    for (let i = 0; i < 526; i++) {
      arrive(256);
      await runtime.advance(19);
    }
    assert.deepEqual([projected, runtime.monotonic()], [[], 9_994]);
    arrive(256);
    await runtime.advance(6);
    await settled();
    assert.deepEqual([projected.at(-1), backlog.isEmpty], [527 * 256, true]);
  });

  test('a bulk that goes on after a pause is not disturbed; a few records more do not put its end off', async () => {
    const { runtime, backlog, projected, arrive, holding } = alone();
    arrive(256);
    arrive(256);
    const go = holding();
    await runtime.advance(20);
    arrive(256);
    go();
    await settled();
    assert.deepEqual(projected, [256]);
    await runtime.advance(19);
    arrive(2);
    await runtime.advance(1);
    await settled();
    assert.deepEqual([projected, backlog.isEmpty], [[256, 512, 768, 770], true]);
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
      backlog.written([batchOf(0, 256)]);
      look = () => {};
    };
    backlog.written([batchOf(0, 256)]);
    await runtime.advance(40);
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
