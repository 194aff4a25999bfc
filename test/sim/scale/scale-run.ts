import { chanceOf } from '../whole/chance.ts';
import type { GossipModel } from './gossip-model.ts';
import { scaleWorld } from './scale-world.ts';
import { CLASSES, type TrafficClass } from './traffic.ts';
import { Workload } from './workload.ts';

export interface ScaleOptions {
  readonly nodes: number;
  readonly eventsPerSecond: number;
  readonly gossip: GossipModel;
  /** Simulated seconds before anything is counted, and while it is. */
  readonly warmUp: number;
  readonly window: number;
  readonly seed: number;
}

/** Of one run; rates are per node and second. */
export interface ScaleResult {
  readonly nodes: number;
  readonly eventsPerSecond: number;
  readonly events: number;
  readonly window: number;
  readonly receivedBytes: number;
  readonly mostReceivedBytes: number;
  readonly mostSentBytes: number;
  readonly messages: number;
  readonly bytesByClass: Readonly<Record<TrafficClass, number>>;
  readonly messagesByClass: Readonly<Record<TrafficClass, number>>;
  /** Logs that differ between any two nodes at the end, when nothing was written for some seconds. */
  readonly missing: number;
}

/** Nothing is written any more for so long before nodes are compared. */
const QUIET_SECONDS = 4;

export async function scaleRun(options: ScaleOptions): Promise<ScaleResult> {
  const { nodes, eventsPerSecond, gossip, warmUp, window, seed } = options;
  const world = await scaleWorld(nodes, { gossip, seed });
  const { clock, traffic } = world;
  const workload = new Workload({ eventsPerSecond, random: chanceOf(seed).fork('workload').random }, world);
  workload.start();
  await clock.runUntil(warmUp * 1_000);
  traffic.reset();
  const before = workload.events;
  await clock.runUntil((warmUp + window) * 1_000);
  const perNode = (sum: number) => sum / nodes / window;
  const costs = CLASSES.map((each) => [each, traffic.cost(each)] as const);
  const sum = (of: 'bytes' | 'messages') => perNode(costs.reduce((total, [, cost]) => total + cost[of], 0));
  const byClass = (of: 'bytes' | 'messages') =>
    Object.fromEntries(costs.map(([each, cost]) => [each, perNode(cost[of])])) as Record<TrafficClass, number>;
  const result = {
    nodes,
    eventsPerSecond,
    events: workload.events - before,
    window,
    receivedBytes: sum('bytes'),
    mostReceivedBytes: traffic.most.received / window,
    mostSentBytes: traffic.most.sent / window,
    messages: sum('messages'),
    bytesByClass: byClass('bytes'),
    messagesByClass: byClass('messages'),
  };
  workload.stop();
  await clock.runUntil((warmUp + window + QUIET_SECONDS) * 1_000);
  const longest = new Map<string, number>();
  const ends = world.nodes.map(({ replica }) => replica.have());
  for (const [origin, epoch, length] of ends.flat()) {
    longest.set(`${origin}${epoch}`, Math.max(length, longest.get(`${origin}${epoch}`) ?? 0));
  }
  const missing = ends.reduce(
    (count, have) =>
      count +
      longest.size -
      have.filter(([origin, epoch, length]) => longest.get(`${origin}${epoch}`) === length).length,
    0,
  );
  return { ...result, missing };
}
