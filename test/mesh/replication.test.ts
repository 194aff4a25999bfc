import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { after, describe, test } from 'node:test';
import { openStore, type Store } from '../../daemon/store/level.ts';
import { headBytes } from '../../protocols/record.ts';
import { LogSync } from '../../roles/replica/log-sync.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { cardOf } from '../fakes/cards.ts';
import { eventRecord } from '../fakes/records.ts';
import { silentMeter } from '../fakes/runtime-lite.ts';
import { waitFor } from '../support/wait-for.ts';
import { introduce, join, newNode, stopAtEnd, stopEverything, type TestNode } from './mesh-of.ts';

interface FullNode extends TestNode {
  readonly dir: string;
  readonly store: Store;
  readonly replica: Replica;
  readonly sync: LogSync;
}

after(stopEverything);

/** Real store, real network. Started but not joined. */
async function fullNode(dir?: string, key?: TestNode['privateKey']): Promise<FullNode> {
  const node = await newNode({}, key);
  const { mesh, runtime, identity, peer } = node;
  const place = dir ?? (await mkdtemp(joinPath(tmpdir(), 'mindmesh-replication-')));
  const store = await openStore({ dir: place }, { runtime });
  const { disk, tables } = store;
  const card = cardOf('node', { peer });
  const meter = silentMeter;
  const replica = new Replica({ card }, { disk, tables, identity, runtime, projections: PROJECTIONS, meter });
  const sync = new LogSync({ self: peer }, { replica, mesh, runtime, meter });
  await replica.start();
  sync.start();
  return { ...node, dir: place, store, replica, sync };
}

async function leave({ sync, mesh, replica, store }: FullNode): Promise<void> {
  sync.stop();
  await mesh.stop();
  await replica.stop();
  await store.close();
}

const append = ({ replica }: FullNode, from: number, count: number) =>
  Promise.all(Array.from({ length: count }, (_, i) => replica.append(eventRecord(from + i))));

const eventsOf = ({ tables }: Store) => tables.get('counters', 'events');

describe('mesh / replication', () => {
  test('three nodes hold the same; one that was away catches up with thousands of records and keeps its chains', async () => {
    const [a, b, c] = (await Promise.all([fullNode(), fullNode(), fullNode()])) as [FullNode, FullNode, FullNode];
    const closers = [a, b, c].map((node) => () => leave(node).catch(() => undefined));
    stopAtEnd(() => Promise.all(closers.map((close) => close())));
    await join([a, b, c]);
    await Promise.all([append(a, 0, 50), append(b, 100, 50), append(c, 200, 50)]);
    await waitFor('150 events everywhere', () => [a, b, c].every(({ store }) => eventsOf(store) === 150));
    await leave(c);
    await append(a, 1_000, 5_000);
    const back = await fullNode(c.dir, c.privateKey);
    closers.push(() => leave(back));
    await back.mesh.start();
    introduce([a, b, back]);
    await waitFor('5150 events at the one that was away', () => eventsOf(back.store) === 5_150);
    await waitFor('nobody is behind', () => [a, b, back].every(({ sync }) => sync.isCaughtUp()));
    assert.deepEqual(back.replica.have(), a.replica.have());
    const report = await back.store.check((head) => back.identity.verify(head.origin, headBytes(head), head.signature));
    assert.deepEqual([report.problems, report.behind], [[], []]);
    await append(back, 10_000, 1);
    await waitFor('its new record at the others', () => [a, b].every(({ store }) => eventsOf(store) === 5_151));
    for (const close of closers) await close();
    for (const { dir } of [a, b, c]) await rm(dir, { recursive: true, force: true });
  });
});
