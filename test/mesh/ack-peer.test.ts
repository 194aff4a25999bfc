import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { LogSync } from '../../roles/replica/log-sync.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { cardOf } from '../fakes/cards.ts';
import { MemoryDisk } from '../fakes/memory-disk.ts';
import { eventRecord } from '../fakes/records.ts';
import { silentMeter } from '../fakes/runtime-lite.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newNode, stopAtEnd, stopEverything, type TestNode } from './mesh-of.ts';

interface LogNode extends TestNode {
  readonly replica: Replica;
  readonly sync: LogSync;
}

after(stopEverything);

/** Real network; the disk is in memory and takes as long as the test says. */
async function logNode(sync: () => Promise<void> = () => Promise.resolve()): Promise<LogNode> {
  const node = await newNode();
  const { mesh, runtime, identity, peer } = node;
  const disk = new MemoryDisk({ sync });
  const parts = { disk, tables: disk, identity, runtime, projections: PROJECTIONS, meter: silentMeter };
  const replica = new Replica({ card: cardOf('node', { peer }) }, parts);
  const logSync = new LogSync({ self: peer }, { replica, mesh, runtime, meter: silentMeter });
  await replica.start();
  logSync.start();
  stopAtEnd(async () => logSync.stop());
  return { ...node, replica, sync: logSync };
}

const WITHIN = { peers: 1, withinMs: 10_000 };

describe('mesh / ack peer', () => {
  test('each record of ours is confirmed once another node has it, by as many as are asked for', async () => {
    const [a, b, c] = [await logNode(), await logNode(), await logNode()];
    await join([a, b, c]);
    const positions = await Promise.all(Array.from({ length: 600 }, (_, i) => a.replica.append(eventRecord(i))));
    const answers = await Promise.all(
      positions.map((position) => a.sync.copies.stored(position, { ...WITHIN, peers: 2 })),
    );
    assert.ok(answers.every(Boolean));
    const last = positions.at(-1);
    assert.ok(last && b.replica.lengthOf(last) > last.seq && c.replica.lengthOf(last) > last.seq);
    assert.equal(await a.sync.handedOn(10_000), true);
  });

  test('a node whose disk has not synced says nothing yet', async () => {
    let release = () => {};
    let held = false;
    const [a, b] = [
      await logNode(),
      await logNode(() => (held ? new Promise((resolve) => (release = resolve)) : Promise.resolve())),
    ];
    await join([a, b]);
    assert.ok(await a.sync.copies.stored(await a.replica.append(eventRecord(1)), WITHIN));
    held = true;
    const position = await a.replica.append(eventRecord(2));
    let answer: boolean | undefined;
    const asking = a.sync.copies.stored(position, WITHIN).then((stored) => {
      answer = stored;
    });
    await waitFor('it to be on its way to the other disk', () => b.replica.expectedLengthOf(position) > position.seq);
    assert.equal(answer, undefined);
    held = false;
    release();
    await asking;
    assert.equal(answer, true);
  });

  test('a node that comes later says at once what it has', async () => {
    const a = await logNode();
    await a.mesh.start();
    const position = await a.replica.append(eventRecord(1));
    assert.equal(await a.sync.handedOn(10_000), false, 'there is nobody');
    const asking = a.sync.copies.stored(position, WITHIN);
    const b = await logNode();
    await b.mesh.start();
    introduce([a, b]);
    assert.equal(await asking, true);
    assert.ok(b.replica.lengthOf(position) > position.seq);
  });
});
