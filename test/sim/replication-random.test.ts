import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Position } from '../../protocols/ids.ts';
import { emptyTip, extendTip, isSignedByOrigin, sameHash } from '../../roles/replica/chain.ts';
import { seeded } from '../fakes/manual-runtime.ts';
import { eventId, eventRecord } from '../fakes/records.ts';
import { SimReplicas } from '../fakes/sim-replicas.ts';

const NAMES = ['a', 'b', 'c', 'd'];
const STEPS = 60;
const LIMIT = { records: 256, bytes: 1024 * 1024 };
const SEEDS = Array.from({ length: 16 }, (_, index) => index + 1);

interface Run {
  readonly sim: SimReplicas;
  /** Acknowledged: must be everywhere in the end. */
  readonly acknowledged: Map<number, Position>;
}

/** Appends, partitions, crashes and lost disks at random; then everybody is back and connected for a minute. */
async function randomRun(seed: number, honest = true): Promise<Run> {
  const random = seeded(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[]) => items[below(items.length)] as T;
  let clock: SimReplicas['clock'] | undefined;
  const sync = () => new Promise<void>((resolve) => clock?.after(below(8), resolve));
  const sim = new SimReplicas({ losesGossip: () => random() < 0.3, disk: { honest, sync } });
  clock = sim.clock;
  await sim.bootAll(...NAMES);
  const acknowledged = new Map<number, Position>();
  let number = 0;
  const append = (name: string) => {
    const mine = number++;
    sim
      .node(name)
      .replica.append(eventRecord(mine, {}, { data: { facts: { seed, number: mine } } }))
      .then(
        (position) => acknowledged.set(mine, position),
        () => undefined,
      );
  };
  const crash = async (name: string) => {
    const { disk } = sim.node(name);
    const rest = await sim.kill(name, below(disk.unsyncedBytes + 1));
    await sim.clock.advance(below(3_000));
    await sim.boot(name, rest);
    for (const other of NAMES) if (other !== name && random() < 0.7) sim.connect(name, other);
  };
  for (let step = 0; step < STEPS; step++) {
    const [one, two] = [pick(NAMES), pick(NAMES)];
    const chance = random();
    if (chance < 0.6) for (let i = below(12); i >= 0; i--) append(one);
    else if (chance < 0.75 && one !== two) sim.cut(one, two);
    else if (chance < 0.92 && one !== two) sim.connect(one, two);
    else if (chance >= 0.92) await crash(one);
    await sim.clock.advance(below(200));
  }
  sim.connectAll();
  await sim.clock.advance(60_000);
  return { sim, acknowledged };
}

/** Every chain from its beginning to the head that is stored. */
async function brokenLogs({ replica, disk, identity }: SimReplicas['nodes'][number]): Promise<string[]> {
  const broken: string[] = [];
  for (const head of await disk.heads()) {
    let tip = emptyTip(head);
    for (let batch = await disk.read(head, 0, LIMIT); batch; batch = await disk.read(head, tip.length, LIMIT)) {
      tip = extendTip(tip, batch.records);
    }
    const isWhole = tip.length === head.length && sameHash(tip.hash, head.hash) && isSignedByOrigin(identity, head);
    if (!isWhole || replica.lengthOf(head) !== head.length) broken.push(head.epoch);
  }
  return broken;
}

describe('sim / replication / random', () => {
  for (const seed of SEEDS) {
    test(`after crashes, partitions and lost messages all are equal and hold what was acknowledged: seed ${seed}`, async () => {
      const { sim, acknowledged } = await randomRun(seed);
      assert.ok(acknowledged.size > 20);
      assert.ok(sim.isEqual());
      for (const node of sim.nodes) {
        assert.deepEqual(await brokenLogs(node), []);
        assert.deepEqual(node.replica.stats().quarantined, []);
        for (const [number, position] of acknowledged) {
          assert.notEqual(node.disk.get('ids', eventId(number)), undefined, `${number} is missing`);
          const read = await node.replica.read(position);
          assert.ok(read?.ok && read.record.type === 'event' && read.record.event.id === eventId(number));
        }
        assert.ok(node.sync.isCaughtUp());
      }
    });
  }

  test('a disk that does not sync is found out by the same runs', async () => {
    const lost = await Promise.all(
      SEEDS.map(async (seed) => {
        const { sim, acknowledged } = await randomRun(seed, false);
        return [...acknowledged.keys()].some((number) =>
          sim.nodes.some(({ disk }) => disk.get('ids', eventId(number)) === undefined),
        );
      }),
    );
    assert.ok(
      lost.some((each) => each),
      'no run lost anything',
    );
  });
});
