import { peerNamed } from '../../fakes/cards.ts';
import {
  COUNTS,
  type Count,
  isConverged,
  isSweptLater,
  recoveryTimes,
  type Violation,
  violationsOf,
} from './checks.ts';
import { SimClock } from './clock.ts';
import { doFault } from './do-faults.ts';
import { Observer } from './observer.ts';
import { deliver, redeliver } from './outside.ts';
import type { Plant } from './plants.ts';
import { endOf, type Schedule } from './schedule.ts';
import { Trace } from './trace.ts';
import { World } from './world.ts';

export interface RunOptions {
  readonly plant?: Plant | undefined;
}

export interface Outcome {
  readonly schedule: Schedule;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<Count, number>>;
  /** Events that were acknowledged. */
  readonly events: number;
  /** Milliseconds, one for each event that settled. */
  readonly recoveries: readonly number[];
  readonly trace: Trace;
  readonly troubles: readonly string[];
  /** Simulated milliseconds. */
  readonly lasted: number;
}

/** The time a mesh may take to come to rest after its last fault: several leases and the longest backoff. */
const SETTLE_MS = 600_000;
/** The time it may take once a sweeper may ask for an event that nobody took in: its next look, and the work. */
const SWEPT_MS = 120_000;
const LOOK_EVERY_MS = 3_000;
/** Nothing may change any more once it is at rest. */
const REST_MS = 20_000;

/** Runs a world from its first boot to its rest. The same schedule gives the same run, byte for byte. */
export async function run(schedule: Schedule, { plant }: RunOptions = {}): Promise<Outcome> {
  const { seed, mode, keepMs, nodes, deliveries, faults } = schedule;
  const clock = new SimClock();
  const trace = new Trace();
  const names = new Map(nodes.map(({ name }) => [peerNamed(name), name]));
  const observer = new Observer({ clock, trace, names });
  const world = new World(nodes, { seed, mode, keepMs, plant }, { clock, probe: observer, trace });
  observer.onEnded = (name) => world.endedByItself(name);
  world.github.redeliver = (guid) => redeliver(guid, world, observer);
  world.mend();
  for (const delivery of deliveries) clock.after(delivery.at, () => deliver(delivery, world, observer));
  for (const fault of faults) clock.after(fault.at, () => doFault(fault, world, observer));
  await clock.runUntil(Math.max(...deliveries.map(({ at }) => at), ...faults.map(endOf)));
  world.mend();
  await rest(schedule, world, observer);
  return outcomeOf(schedule, world, observer, trace);
}

/** Until nothing is left to do, and a little longer. */
async function rest(schedule: Schedule, world: World, observer: Observer): Promise<void> {
  const { clock } = world;
  let end = clock.now + SETTLE_MS;
  while (clock.now < end) {
    await clock.runUntil(clock.now + LOOK_EVERY_MS);
    if (isSweptLater(schedule, world)) end = Math.max(end, clock.now + SWEPT_MS);
    if (!isConverged(schedule, world, observer)) continue;
    await clock.runUntil(clock.now + REST_MS);
    if (isConverged(schedule, world, observer)) return;
  }
}

function outcomeOf(schedule: Schedule, world: World, observer: Observer, trace: Trace): Outcome {
  const violations = violationsOf(schedule, world, observer);
  const count = (name: Count) => violations.filter((each) => each.count === name).length;
  return {
    schedule,
    violations,
    counts: Object.fromEntries(COUNTS.map((name) => [name, count(name)])) as Record<Count, number>,
    events: observer.acked.size,
    recoveries: recoveryTimes(schedule, observer),
    trace,
    troubles: observer.troubles,
    lasted: world.clock.now,
  };
}
