import { type EventId, EventIdSchema } from '../../../protocols/ids.ts';
import type { SimDisk } from './disk.ts';
import type { Observer } from './observer.ts';
import type { Fault } from './schedule.ts';
import type { Host, World } from './world.ts';

type FaultOf<T extends Fault['type']> = Extract<Fault, { type: T }>;
type Doers = { readonly [T in Fault['type']]: (fault: FaultOf<T>, world: World, observer: Observer) => void };

const DOERS: Doers = {
  kill: (fault, world) => strike(fault, world, 'closed', (host) => host.disk.afterKill()),
  'power cut': (fault, world, observer) =>
    strike(fault, world, 'silent', (host) => {
      const before = eventsOn(host.disk);
      const after = host.disk.afterPowerCut();
      checkSynced(host.card.name, before, eventsOn(after), observer);
      return after;
    }),
  'disk lost': (fault, world, observer) => {
    observer.lostDisk(fault.node);
    strike(fault, world, 'silent', (host) => otherDisk(host, host.disk.empty()));
  },
  restore: (fault, world, observer) => {
    observer.lostDisk(fault.node);
    strike(fault, world, 'silent', (host) => otherDisk(host, host.disk.restored(world.backupOf(host, fault.ageMs))));
  },
  'disk full': ({ node }, world, observer) => {
    world.host(node).disk.fill(() => observer.ended(node, 'its disk is full'));
  },
  leave: ({ node, downMs }, world) => leave(world.host(node), downMs, world),
  partition,
  stall: ({ from, to }, world) => world.network.stall(world.host(from).card.peer, world.host(to).card.peer),
  clock: ({ node, byMs }, world) => {
    world.host(node).aheadMs += byMs;
  },
  weather: ({ weather, ms }, world) => {
    world.network.weather = weather;
    world.clock.after(ms, () => {
      if (world.network.weather === weather) world.mendWeather();
    });
  },
};

/** Does to a world what its schedule says. */
export function doFault(fault: Fault, world: World, observer: Observer): void {
  observer.note('node' in fault ? fault.node : 'world', describeFault(fault));
  // The type names its doer, which TypeScript cannot follow through the union.
  (DOERS[fault.type] as (fault: Fault, world: World, observer: Observer) => void)(fault, world, observer);
}

export function describeFault(fault: Fault): string {
  const { type, at: _at, ...facts } = fault;
  return `fault: ${type} ${JSON.stringify(facts)}`;
}

/** What hits a node that is down already hits its disk all the same. */
function strike(
  { node, downMs }: { readonly node: string; readonly downMs: number },
  world: World,
  how: 'closed' | 'silent',
  diskAfter: (host: Host) => SimDisk,
): void {
  const host = world.host(node);
  const wasUp = host.node !== undefined;
  world.end(host, how);
  host.disk = diskAfter(host);
  if (wasUp) world.clock.after(downMs, () => world.boot(host));
}

/** Older copies of the disk that is gone are of no use on the new one. */
function otherDisk(host: Host, next: SimDisk): SimDisk {
  host.backups.length = 0;
  return next;
}

/** What was answered with 2xx is on the disk of who answered, whatever happens to its power (I1). */
function checkSynced(node: string, before: readonly EventId[], after: readonly EventId[], observer: Observer): void {
  const left = new Set(after);
  for (const eventId of before) {
    if (!left.has(eventId) && observer.ackedBy.get(eventId)?.has(node)) observer.unsynced.push({ node, eventId });
  }
}

function eventsOn(disk: SimDisk): EventId[] {
  const keys = disk.rows('ids').map(([key]) => key);
  return keys.filter((key) => !key.startsWith('mac:')).map((key) => EventIdSchema.parse(key));
}

/** A process that leaves in order and starts again; one that takes too long is killed. */
function leave(host: Host, downMs: number, world: World): void {
  const { node } = host;
  if (node === undefined) return;
  const gone = () => {
    if (host.node !== node) return;
    world.end(host, 'closed');
    host.disk = host.disk.afterKill();
  };
  node.stop().then(gone, gone);
  world.clock.after(downMs, () => {
    gone();
    world.boot(host);
  });
}

function partition(fault: Extract<Fault, { type: 'partition' }>, world: World): void {
  const { network, clock } = world;
  const inside = fault.nodes.map((name) => world.host(name).card.peer);
  const outside = [...world.hosts.values()].map(({ card }) => card.peer).filter((peer) => !inside.includes(peer));
  const ways = inside.flatMap((a) =>
    outside.flatMap((b) => [
      ...(fault.way === 'in' ? [] : [[a, b] as const]),
      ...(fault.way === 'out' ? [] : [[b, a] as const]),
    ]),
  );
  for (const [from, to] of ways) network.block(from, to);
  clock.after(fault.ms, () => {
    for (const [from, to] of ways) network.unblock(from, to);
  });
}
