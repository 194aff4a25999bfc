import type { EventId } from '../../../protocols/ids.ts';
import { PROJECTION_TABLES, type TableName, tableKey } from '../../../roles/ports/tables.ts';
import type { Observer } from './observer.ts';
import { orderViolations } from './order.ts';
import { endOf, type Schedule } from './schedule.ts';
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
const SHARED_TABLES = Object.values(PROJECTION_TABLES).filter((table) => !OWN_TABLES.includes(table));

/** Everybody has the same logs, nothing is open, nothing is under way. */
export function isConverged(world: World): boolean {
  const hosts = [...world.hosts.values()];
  if (hosts.some(({ node, disk }) => node === undefined || disk.size('open') > 0 || disk.size('inbox') > 0))
    return false;
  return new Set(hosts.map(({ node }) => JSON.stringify(node?.replica.have()))).size === 1;
}

/** What is wrong with a world that had the time to settle. */
export function violationsOf(world: World, observer: Observer): Violation[] {
  return [
    ...lost(world, observer),
    ...open(world, observer),
    ...different(world),
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

/** An acknowledged event has to be somewhere; and work that was promised has to be on the disk of who promised it. */
function lost(world: World, observer: Observer): Violation[] {
  const hosts = [...world.hosts.values()];
  const events = [...observer.acked.keys()]
    .filter((id) => !observer.excused.has(id) && !hosts.some(({ disk }) => disk.get('ids', id) !== undefined))
    .map((id) => ({ count: 'ackedLost' as const, what: 'answered with 2xx, and on no disk', eventId: id }));
  return [...events, ...brokenPromises(hosts, observer)];
}

function brokenPromises(hosts: readonly Host[], observer: Observer): Violation[] {
  return observer.promises.flatMap(({ node, offer: { eventId, slot } }) => {
    const disk = hosts.find(({ card }) => card.name === node)?.disk;
    const isThere = ['accepted', 'done', 'failed'].some(
      (type) => (disk?.rows('facts', { prefix: tableKey(eventId, type, slot, ''), limit: 1 }).length ?? 0) > 0,
    );
    const what = `${node} said that it does ${slot}, and no record says so`;
    return isThere || observer.excused.has(eventId) ? [] : [{ count: 'ackedLost' as const, what, eventId }];
  });
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
function different(world: World): Violation[] {
  const [first, ...rest] = world.hosts.values();
  if (first === undefined) return [];
  return rest.flatMap((other) => {
    const names = SHARED_TABLES.filter(
      (table) => JSON.stringify(first.disk.rows(table)) !== JSON.stringify(other.disk.rows(table)),
    );
    const haves = [first, other].map(({ node }) => JSON.stringify(node?.replica.have()));
    const what = [...(haves[0] === haves[1] ? [] : ['logs']), ...names].join(', ');
    const where = `${other.card.name} and ${first.card.name}`;
    return what === '' ? [] : [{ count: 'notConverged' as const, what: `${where} differ in ${what}` }];
  });
}
