import { type RoleName, TOPICS, WIRE_VERSION } from '../../../protocols/names.ts';
import { type NodeCard, type Presence, presenceIntervalMs } from '../../../protocols/presence.ts';
import { encodeRecord } from '../../../protocols/record.ts';
import { emptyTip, extendTip, signHead } from '../../../roles/replica/chain.ts';
import { fakeIdentity } from '../../fakes/fake-identity.ts';
import { ulidOf } from '../../fakes/manual-runtime.ts';
import { chanceOf } from '../whole/chance.ts';
import { SimClock } from '../whole/clock.ts';
import { Archive, ArchiveDisk } from './archive.ts';
import type { GossipModel } from './gossip-model.ts';
import { peerNumber } from './peer-number.ts';
import { ScaleMesh } from './scale-mesh.ts';
import { type ScaleNode, scaleNode } from './scale-node.ts';
import { Traffic } from './traffic.ts';

export interface ScaleWorld {
  readonly clock: SimClock;
  readonly traffic: Traffic;
  readonly mesh: ScaleMesh;
  readonly nodes: readonly ScaleNode[];
  having(role: RoleName): readonly ScaleNode[];
}

/** Of a hundred nodes so many take webhooks, and so many decide; all others are generals. */
const SHARE = 0.01;
const OFFERS = ['code-review-general', 'security-general', 'documentation-general'] as const;
const BEFORE = 1_767_220_000_000;

/** A mesh that is up and has caught up: every node has the log of every other, with its card. */
export async function scaleWorld(
  size: number,
  options: { readonly gossip: GossipModel; readonly seed: number },
): Promise<ScaleWorld> {
  const chance = chanceOf(options.seed);
  const clock = new SimClock();
  const traffic = new Traffic(size);
  const archive = new Archive();
  const cards = Array.from({ length: size }, (_, i) => cardOf(i, size));
  for (const card of cards) archive.put(firstBatch(card, chance.random));
  const { gossip } = options;
  const mesh = new ScaleMesh(
    cards.map(({ peer }) => peer),
    { clock, random: chance.fork('mesh').random, traffic, gossip },
  );
  const nodes = cards.map((card, place) => {
    const disk = new ArchiveDisk({ archive, clock });
    disk.fill();
    return scaleNode(card, { clock, random: chance.fork(card.name).random, mesh: mesh.mesh(place), disk });
  });
  for (const { replica } of nodes) await replica.start();
  for (const { logSync } of nodes) logSync.start();
  for (const { card } of nodes) mesh.know(card.peer, TOPICS.presence, presenceBefore(card));
  // Started over one presence interval, as nodes are that were not all switched on at once.
  for (const { announcer } of nodes) clock.after(chance.whole(0, presenceIntervalMs(size)), () => announcer.start());
  const byRole = Map.groupBy(nodes, ({ card }) => card.roles[0]);
  return { clock, traffic, mesh, nodes, having: (role) => byRole.get(role) ?? [] };
}

function cardOf(place: number, size: number): NodeCard {
  const few = Math.max(2, Math.ceil(size * SHARE));
  const role = place < few ? 'aggregator' : place < 2 * few ? 'orchestrator' : 'general';
  const offers = role === 'general' ? OFFERS : [];
  return {
    peer: peerNumber(place),
    name: `${role}-${place}`,
    org: 'acme',
    cluster: `prod-${place % 4}`,
    region: 'eu-central',
    roles: [role],
    generals: offers.map((name) => ({
      name,
      specialisations: ['typescript', 'kubernetes'],
      concurrency: 3,
      capacity: 10,
    })),
    version: '0.1.0',
  };
}

function presenceBefore(card: NodeCard): Presence {
  const epoch = ulidOf(BEFORE, () => 0);
  return { v: WIRE_VERSION, card, epoch, counter: 0, clock: BEFORE, ready: true, draining: false, load: [] };
}

function firstBatch(card: NodeCard, random: () => number) {
  const log = { origin: card.peer, epoch: ulidOf(BEFORE, random) };
  const records = [encodeRecord({ v: 1, type: 'card', at: BEFORE, card })];
  return { from: 0, records, head: signHead(fakeIdentity(card.peer), log, extendTip(emptyTip(log), records)) };
}
