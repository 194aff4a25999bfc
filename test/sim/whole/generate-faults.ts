import type { Chance } from './chance.ts';
import type { Fault, Mode, NodeSpec } from './schedule.ts';

type Make = (at: number, nodes: readonly NodeSpec[], chance: Chance) => Fault;

const HOUR_MS = 3_600_000;
/** One fault in so many milliseconds, on the average. */
const EVERY_MS = 22_000;

/** Each kind of fault, and how often it comes compared with the others. */
const KINDS: readonly (readonly [weight: number, make: Make])[] = [
  [4, (at, nodes, chance) => ({ type: 'kill', at, node: any(nodes, chance), downMs: downMs(chance) })],
  [4, (at, nodes, chance) => ({ type: 'power cut', at, node: any(nodes, chance), downMs: downMs(chance) })],
  [1, (at, nodes, chance) => ({ type: 'disk full', at, node: any(nodes, chance), downMs: downMs(chance) })],
  [1, (at, nodes, chance) => ({ type: 'disk lost', at, node: any(nodes, chance), downMs: downMs(chance) })],
  [
    2,
    (at, nodes, chance) => ({
      type: 'restore',
      at,
      node: any(nodes, chance),
      downMs: downMs(chance),
      ageMs: chance.whole(2_000, 60_000),
    }),
  ],
  [2, (at, nodes, chance) => ({ type: 'leave', at, node: any(nodes, chance), downMs: 25_000 + downMs(chance) })],
  [4, partition],
  [2, stall],
  [
    1,
    (at, nodes, chance) => ({
      type: 'clock',
      at,
      node: any(nodes, chance),
      byMs: chance.percent(50) ? HOUR_MS : -HOUR_MS,
    }),
  ],
  [
    3,
    (at, _nodes, chance) => ({
      type: 'weather',
      at,
      ms: chance.whole(5_000, 60_000),
      weather: {
        drop: chance.whole(0, 60),
        duplicate: chance.whole(0, 30),
        delay: chance.whole(0, 50),
        refuse: chance.whole(0, 50),
      },
    }),
  ],
];

export interface FaultOptions {
  readonly mode: Mode;
  readonly keepMs: number | undefined;
  readonly lastAt: number;
}

export function generateFaults(
  nodes: readonly NodeSpec[],
  { mode, keepMs, lastAt }: FaultOptions,
  chance: Chance,
): Fault[] {
  const faults: Fault[] = [];
  const victim = any(nodes, chance);
  const total = KINDS.reduce((sum, [weight]) => sum + weight, 0);
  for (let at = chance.whole(3_000, EVERY_MS); at < lastAt; at += chance.whole(1_000, 2 * EVERY_MS)) {
    const fault = drawn(chance.whole(0, total - 1))(at, nodes, chance);
    // An hour is nothing compared with the retention of a week, and everything compared with that of a minute.
    if (keepMs !== undefined && fault.type === 'clock') continue;
    faults.push(mode === 'copied' && losesDisk(fault) ? { ...fault, node: victim } : fault);
  }
  return faults;
}

function losesDisk(fault: Fault): fault is Extract<Fault, { type: 'disk lost' | 'restore' }> {
  return fault.type === 'disk lost' || fault.type === 'restore';
}

/** The kind that a lot below the total of all weights falls on. */
function drawn(lot: number): Make {
  let below = 0;
  for (const [weight, make] of KINDS) {
    below += weight;
    if (lot < below) return make;
  }
  return partition;
}

function any(nodes: readonly NodeSpec[], chance: Chance): string {
  return nodes[chance.whole(0, nodes.length - 1)]?.name ?? '';
}

/** Mostly a restart; sometimes longer than a lease. */
function downMs(chance: Chance): number {
  return chance.percent(20) ? chance.whole(95_000, 160_000) : chance.whole(500, 20_000);
}

/** Of one node or of a whole cluster. */
function partition(at: number, nodes: readonly NodeSpec[], chance: Chance): Fault {
  const node = nodes[chance.whole(0, nodes.length - 1)];
  const isCluster = chance.percent(50);
  const away = nodes.filter(({ name, cluster }) => (isCluster ? cluster === node?.cluster : name === node?.name));
  return {
    type: 'partition',
    at,
    ms: chance.percent(30) ? chance.whole(95_000, 180_000) : chance.whole(1_000, 40_000),
    nodes: away.map(({ name }) => name),
    way: chance.pick(['both', 'both', 'in', 'out']),
  };
}

function stall(at: number, nodes: readonly NodeSpec[], chance: Chance): Fault {
  const from = any(nodes, chance);
  const others = nodes.filter(({ name }) => name !== from);
  return { type: 'stall', at, from, to: any(others, chance) };
}
