import { type EventId, eventIdOf } from '../../../protocols/ids.ts';
import { isDue, missing } from '../../../roles/aggregator/sweep.ts';
import { PROJECTION_TABLES, type TableName } from '../../../roles/ports/tables.ts';
import type { Observer } from './observer.ts';
import { orderViolations } from './order.ts';
import { endOf, type Schedule } from './schedule.ts';
import { SWEEP } from './sim-node.ts';
import { wallAt } from './sim-runtime.ts';
import type { Host, World } from './world.ts';

export const COUNTS = ['ackedLost', 'duplicatedEffects', 'notConverged', 'orderViolations', 'lockViolations'] as const;
export type Count = (typeof COUNTS)[number];

/** Something that must never be, with the event it is about if there is one. */
export interface Violation {
  readonly count: Count;
  readonly what: string;
  readonly eventId?: EventId | undefined;
}

/** Tables that speak of the node itself and so differ from node to node. */
const OWN_TABLES: readonly TableName[] = ['inbox', 'ended'];
/** Who cannot read a record lists and counts it as one of those. */
const OF_VERSIONS: readonly TableName[] = ['counters', 'unreadable'];
const SHARED_TABLES = Object.values(PROJECTION_TABLES).filter((table) => !OWN_TABLES.includes(table));

/** Everybody has the same logs, nothing is open, nothing is under way. */
export function isConverged({ mode }: Schedule, world: World, observer: Observer): boolean {
  const hosts = [...world.hosts.values()];
  if (hosts.some(({ node, disk }) => node === undefined || disk.size('open') > 0 || disk.size('inbox') > 0))
    return false;
  if (world.github.comments.size > observer.done.size) return false;
  if (mode === 'swept' && [...observer.sent, ...observer.acked.keys()].some((id) => !isKnownAt(hosts[0], id, observer)))
    return false;
  return new Set(hosts.map(({ node }) => JSON.stringify(node?.replica.have()))).size === 1;
}

/** A sweeper waits before it asks once more: the longer the more often an event was sent in vain, also by hand (I3). */
export function isSweptLater({ mode }: Schedule, { clock, github, hosts }: World): boolean {
  if (mode !== 'swept') return false;
  const [host] = hosts.values();
  const isKnown = (guid: string) => host?.disk.get('ids', eventIdOf('github', guid)) !== undefined;
  const now = wallAt(clock.now);
  const limits = { now, horizonMs: SWEEP.horizonMs };
  return missing(github.deliveries, isKnown, limits).some((each) => !isDue(each, now));
}

/** What is wrong with a world that had the time to settle. */
export function violationsOf(schedule: Schedule, world: World, observer: Observer): Violation[] {
  return [
    ...lost(schedule, world, observer),
    ...outside(world, observer),
    ...open(world, observer),
    ...different(schedule, world),
    ...world.github.branches.overwrites.map(({ branch, lost, key }) => ({
      count: 'lockViolations' as const,
      what: `${key} pushed to ${branch} over ${lost.sha} of ${lost.key ?? 'a person'}, which it had not seen`,
    })),
    ...orderViolations(observer).map((each) => ({ count: 'orderViolations' as const, ...each })),
  ];
}

/** Milliseconds from the end of the last fault that an event lived through to its settling, for each event that settled. */
export function recoveryTimes({ faults }: Schedule, observer: Observer): number[] {
  return [...observer.acked].flatMap(([id, ackedAt]) => {
    const settledAt = observer.settledAt.get(id);
    if (settledAt === undefined) return [];
    const ends = faults.filter(({ at }) => at <= settledAt).map((fault) => Math.min(endOf(fault), settledAt));
    return [settledAt - Math.max(Math.min(ackedAt, settledAt), ...ends)];
  });
}

/** An acknowledged event has to be somewhere; so has work that somebody said he does. */
function lost({ mode }: Schedule, world: World, observer: Observer): Violation[] {
  const hosts = [...world.hosts.values()];
  // One whose disk is gone is asked for again, and answered by the one event of its body (I2, I3). A copy is of itself.
  const isHere = (id: EventId) =>
    hosts.some((host) => (mode === 'swept' ? isKnownAt(host, id, observer) : host.disk.get('ids', id) !== undefined));
  const lostEvents = [...observer.acked.keys()].filter((id) => !isHere(id) && !observer.outcomes.has(id));
  const neverCame = mode === 'swept' ? [...observer.sent].filter((id) => !isHere(id)) : [];
  return [
    ...lostEvents.map((eventId) => ({
      count: 'ackedLost' as const,
      what: 'answered with 2xx, and on no disk',
      eventId,
    })),
    ...observer.unsynced.map(({ node, eventId }) => {
      const what = `${node} answered with 2xx before it was synced`;
      return { count: 'ackedLost' as const, what, eventId };
    }),
    ...neverCame.map((eventId) => ({ count: 'notConverged' as const, what: 'sent, and never taken in', eventId })),
    ...observer.brokenPromises.map(({ node, offer: { eventId, slot } }) => {
      const what = `${node} said that it does ${slot}, and no record said so`;
      return { count: 'ackedLost' as const, what, eventId };
    }),
  ];
}

/** It is there, or its body under the id of another delivery: asked for again it is answered with that one (I2). */
function isKnownAt(host: Host | undefined, id: EventId, observer: Observer): boolean {
  const has = (each: EventId) => host?.disk.get('ids', each) !== undefined;
  return has(id) || observer.twinsOf(id).some(has);
}

/** Outside there is one comment for each task that ended well and had something to say, and no other. */
function outside(world: World, observer: Observer): Violation[] {
  const byKey = Map.groupBy(world.github.comments.values(), ({ key }) => key);
  const doubled = [...observer.done].flatMap(([key, { eventId, slot, isToldOf }]) => {
    const found = byKey.get(key)?.length ?? 0;
    if (found === 1 || (found === 0 && !isToldOf)) return [];
    const count = found > 1 ? ('duplicatedEffects' as const) : ('notConverged' as const);
    return [{ count, what: `${found} comments for ${slot}`, eventId }];
  });
  const strange = [...byKey.keys()].filter((key) => !observer.done.has(key));
  return [
    ...doubled,
    ...strange.map((key) => ({ count: 'duplicatedEffects' as const, what: `a comment ${key} of no task` })),
  ];
}

/** Every event that is in a log comes to its end. */
function open(world: World, observer: Observer): Violation[] {
  const violations = new Map<string, Violation>();
  for (const { card, disk, node } of world.hosts.values()) {
    if (node === undefined) violations.set(card.name, { count: 'notConverged', what: `${card.name} does not run` });
    for (const [id] of disk.rows('open')) {
      const eventId = [...observer.acked.keys()].find((each) => each === id);
      violations.set(id, { count: 'notConverged', what: `${id} is open at ${card.name}`, eventId });
    }
    for (const [key] of disk.rows('inbox')) {
      violations.set(key, { count: 'notConverged', what: `${key} is in the inbox of ${card.name}` });
    }
  }
  for (const [id, outcome] of observer.outcomes) {
    if (outcome !== 'done') violations.set(id, { count: 'notConverged', what: `${id} ended ${outcome}`, eventId: id });
  }
  return [...violations.values()];
}

/** Logs and tables of all nodes are the same. */
function different({ keepMs, nodes }: Schedule, world: World): Violation[] {
  const [first, ...rest] = world.hosts.values();
  if (first === undefined) return [];
  // Nodes forget what is old each at its own time.
  const shared = keepMs === undefined ? SHARED_TABLES : [];
  const tables = nodes.some(({ isNext }) => isNext) ? shared.filter((table) => !OF_VERSIONS.includes(table)) : shared;
  const firsts = new Map(tables.map((table) => [table, JSON.stringify(first.disk.rows(table))]));
  return rest.flatMap((other) => {
    const names = tables.filter((table) => firsts.get(table) !== JSON.stringify(other.disk.rows(table)));
    const haves = [first, other].map(({ node }) => JSON.stringify(node?.replica.have()));
    const what = [...(haves[0] === haves[1] ? [] : ['logs']), ...names].join(', ');
    const where = `${other.card.name} and ${first.card.name}`;
    return what === '' ? [] : [{ count: 'notConverged' as const, what: `${where} differ in ${what}` }];
  });
}
