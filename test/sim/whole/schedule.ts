import type { RoleName } from '../../../protocols/names.ts';
import { type Chance, chanceOf } from './chance.ts';
import { generateFaults } from './generate-faults.ts';
import type { Weather } from './network.ts';
import { DRAWN_KINDS, EVERYWHERE, type KINDS, ONE_OF_THEM } from './routes.ts';

export interface NodeSpec {
  readonly name: string;
  readonly cluster: string;
  readonly role: RoleName;
  readonly offers: readonly string[];
  /** It runs the next version: all others are one version behind. */
  readonly isNext?: boolean;
}

/** One webhook that somebody sends, once. */
export interface Delivery {
  /** Milliseconds since the world began. */
  readonly at: number;
  readonly id: number;
  readonly kind: (typeof KINDS)[number];
  readonly subject: string;
  /** The aggregator it is sent to. */
  readonly to: string;
  /** It repeats an earlier one: with the same id by hand, or the same body under another id. */
  readonly repeats?: { readonly id: number; readonly as: 'same id' | 'same body' };
}

export type Fault =
  /** kill -9: what was written is on the disk. */
  | { readonly type: 'kill'; readonly at: number; readonly node: string; readonly downMs: number }
  /** What was not synced is gone, the last write may be torn, and nobody hears of it at once. */
  | { readonly type: 'power cut'; readonly at: number; readonly node: string; readonly downMs: number }
  | { readonly type: 'disk full'; readonly at: number; readonly node: string; readonly downMs: number }
  | { readonly type: 'disk lost'; readonly at: number; readonly node: string; readonly downMs: number }
  /** The disk is replaced by a copy of it that is so old. */
  | {
      readonly type: 'restore';
      readonly at: number;
      readonly node: string;
      readonly downMs: number;
      readonly ageMs: number;
    }
  /** SIGTERM. */
  | { readonly type: 'leave'; readonly at: number; readonly node: string; readonly downMs: number }
  /** Those nodes and all others do not hear one another; `in`: they hear nothing, `out`: they are not heard. */
  | {
      readonly type: 'partition';
      readonly at: number;
      readonly ms: number;
      readonly nodes: readonly string[];
      readonly way: 'both' | 'in' | 'out';
    }
  /** The streams from one node to another carry nothing any more, and stay open. */
  | { readonly type: 'stall'; readonly at: number; readonly from: string; readonly to: string }
  | { readonly type: 'clock'; readonly at: number; readonly node: string; readonly byMs: number }
  | { readonly type: 'weather'; readonly at: number; readonly ms: number; readonly weather: Weather };

/**
 * What an answer with 2xx means, and whether somebody asks again for what was not answered so.
 * swept: it is on this disk, and the sweeper fetches what a lost disk took along.
 * copied: it is on two disks (`ack: peer`), nobody sweeps, and only ever one and the same machine loses its disk.
 */
export type Mode = 'swept' | 'copied';

/** Everything that will be done to a world, as data: made from the seed before it begins, so that it can be cut smaller. */
export interface Schedule {
  readonly seed: number;
  readonly mode: Mode;
  /** Logs are compacted: what has ended is dropped after so many milliseconds. Undefined: nothing is. */
  readonly keepMs?: number | undefined;
  readonly nodes: readonly NodeSpec[];
  readonly deliveries: readonly Delivery[];
  readonly faults: readonly Fault[];
}

export interface ScheduleOptions {
  readonly seed: number;
  readonly events: number;
}

/** The mesh has found itself by then. */
const FIRST_AT = 5_000;
/** What is repeated came not much earlier: a repeat that comes after its event was forgotten is another event. */
const RECENT = 10;
/** Of a hundred deliveries so many are repeats. */
const REPEATS = 4;
/** Of a hundred worlds so many have a node of the next version. */
const UPGRADES = 30;

export function scheduleOf({ seed, events }: ScheduleOptions): Schedule {
  const chance = chanceOf(seed);
  const mode = chance.percent(60) ? 'swept' : 'copied';
  // Longer than anything is open or away, as a configuration has to have it (`node.retention` at least the longest deadline).
  const keepMs = mode === 'copied' && chance.percent(60) ? chance.whole(150_000, 220_000) : undefined;
  const nodes = upgraded(nodesOf(chance.fork('nodes')), chance.fork('upgrade'));
  const deliveries = deliveriesOf(events, nodes, chance.fork('deliveries'));
  const lastAt = Math.max(60_000, deliveries.at(-1)?.at ?? 0);
  const faults = generateFaults(nodes, { mode, keepMs, lastAt }, chance.fork('faults'));
  return { seed, mode, keepMs, nodes, deliveries, faults };
}

/** When a fault is over: its node is back, its wire is mended. */
export function endOf(fault: Fault): number {
  if ('downMs' in fault) return fault.at + fault.downMs;
  return 'ms' in fault ? fault.at + fault.ms : fault.at;
}

/** A rolling upgrade, in the middle of it. */
function upgraded(nodes: readonly NodeSpec[], chance: Chance): readonly NodeSpec[] {
  if (!chance.percent(UPGRADES)) return nodes;
  const next = chance.whole(0, nodes.length - 1);
  return nodes.map((node, i) => (i === next ? { ...node, isNext: true } : node));
}

function nodesOf(chance: Chance): NodeSpec[] {
  const clusters = chance.percent(25) ? ['us', 'eu', 'ap'] : ['us', 'eu'];
  const node = (role: RoleName, cluster: string, offers: readonly string[] = []): NodeSpec => ({
    name: `${role.slice(0, 3)}-${cluster}`,
    cluster,
    role,
    offers,
  });
  return [
    node('aggregator', 'us'),
    ...(chance.percent(35) ? [node('aggregator', 'eu')] : []),
    node('orchestrator', 'us'),
    node('orchestrator', 'eu'),
    ...clusters.map((cluster) => node('general', cluster, cluster === 'ap' ? [EVERYWHERE] : [EVERYWHERE, ONE_OF_THEM])),
  ];
}

/** In bursts, about a few subjects, so that there is an order to keep. */
function deliveriesOf(events: number, nodes: readonly NodeSpec[], chance: Chance): Delivery[] {
  const aggregators = nodes.filter(({ role }) => role === 'aggregator').map(({ name }) => name);
  const subjects = chance.whole(4, 12);
  let at = FIRST_AT;
  return Array.from({ length: events }, (_, id) => {
    at += chance.percent(70) ? chance.whole(0, 400) : chance.whole(500, 6_000);
    const repeats =
      id > 0 && chance.percent(REPEATS)
        ? { id: chance.whole(Math.max(0, id - RECENT), id - 1), as: chance.pick(REPEAT_AS) }
        : undefined;
    return {
      at,
      id,
      kind: chance.pick(DRAWN_KINDS),
      subject: `acme/app#${chance.whole(1, subjects)}`,
      to: aggregators[chance.whole(0, aggregators.length - 1)] ?? '',
      ...(repeats && { repeats }),
    };
  });
}

const REPEAT_AS = ['same id', 'same body'] as const;
