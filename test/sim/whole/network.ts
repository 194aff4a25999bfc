import { MeshError } from '../../../protocols/errors.ts';
import type { PeerId } from '../../../protocols/ids.ts';
import type { ProtocolId, Topic } from '../../../protocols/names.ts';
import type { GossipMessages } from '../../../protocols/verdicts.ts';
import type { Link, LinkHandler, Mesh } from '../../../roles/ports/links.ts';
import type { Chance } from './chance.ts';
import type { SimClock } from './clock.ts';
import { LinkEnd } from './link-end.ts';

export interface NetworkParts {
  readonly clock: SimClock;
  readonly chance: Chance;
  /** Told of each frame that arrives: part of the trace. */
  readonly onFrame: (from: PeerId, to: PeerId, bytes: number) => void;
}

/** How bad the network is, each in percent of what is sent. */
export interface Weather {
  readonly drop: number;
  readonly duplicate: number;
  /** Gossip that takes up to two seconds and so is overtaken. */
  readonly delay: number;
  /** Dials and streams that fail. */
  readonly refuse: number;
}

export const FAIR: Weather = { drop: 0, duplicate: 0, delay: 0, refuse: 0 };

type GossipListener = (topic: Topic, from: PeerId, message: GossipMessages[Topic]) => void;

/** One boot of a node, as the network knows it. */
interface Station {
  readonly peer: PeerId;
  readonly served: Map<ProtocolId, (link: Link) => LinkHandler>;
  readonly watchers: ((peer: PeerId, connected: boolean) => void)[];
  readonly listeners: GossipListener[];
  readonly connections: Map<PeerId, Connection>;
  /** The process is there. */
  isUp: boolean;
}

interface Connection {
  readonly ends: readonly [Station, Station];
  readonly links: Set<LinkEnd>;
  isOpen: boolean;
  /** Since when one of its directions is dead, and what will find that out. */
  cancelTimeout: (() => void) | undefined;
}

const DIAL_MS = { from: 50, to: 1_500 } as const;
const REDIAL_MS = { from: 500, to: 4_000 } as const;
/** A ping every 10 s that waits 20 s: when a connection that carries nothing any more is cut. */
const KEEPALIVE_MS = { from: 20_000, to: 30_000 } as const;
const HOP_MS = { from: 1, to: 8 } as const;
const SLOW_MS = 2_000;

/** Some nodes and the wires between them. Streams keep their order and break; gossip and dials may fail in every way. */
export class SimNetwork {
  readonly #parts: NetworkParts;
  readonly #stations = new Map<PeerId, Station>();
  /** Directions that carry nothing: `from to`. */
  readonly #blocked = new Set<string>();
  weather: Weather = FAIR;

  constructor(parts: NetworkParts) {
    this.#parts = parts;
  }

  /** A process has started; what it builds on this mesh is forgotten by `leave`. Nobody is connected before `dial`. */
  join(peer: PeerId): Mesh {
    const station: Station = {
      peer,
      served: new Map(),
      watchers: [],
      listeners: [],
      connections: new Map(),
      isUp: true,
    };
    this.#stations.set(peer, station);
    return {
      connected: () => [...station.connections.keys()],
      onPeer: (listener) => station.watchers.push(listener),
      open: (protocol, to, handler) => this.#open(station, protocol, to, handler),
      serve: (protocol, accept) => station.served.set(protocol, accept),
      publish: (topic, message) => this.#publish(station, topic, message),
      onGossip: (topic, listener) =>
        station.listeners.push((seen, from, message) => {
          // The topic names the type of the message, which TypeScript cannot follow through the union.
          if (seen === topic) listener(from, message as GossipMessages[typeof topic]);
        }),
    };
  }

  /** The node dials everybody, and is dialled. */
  dial(peer: PeerId): void {
    const station = this.#stations.get(peer);
    if (station === undefined) return;
    for (const other of this.#stations.values()) if (other !== station) this.#dialAfter(station, other, DIAL_MS);
  }

  /** A process has ended. Killed, its machine closes its connections; without power nobody hears of it. */
  leave(peer: PeerId, how: 'closed' | 'silent'): void {
    const station = this.#stations.get(peer);
    if (station === undefined) return;
    this.#stations.delete(peer);
    station.isUp = false;
    for (const connection of [...station.connections.values()]) {
      if (how === 'closed') this.#parts.clock.after(this.#hopMs(), () => this.#break(connection));
      else this.#watchDead(connection);
    }
  }

  /** From now on nothing arrives that way. */
  block(from: PeerId, to: PeerId): void {
    this.#blocked.add(`${from} ${to}`);
    const connection = this.#stations.get(from)?.connections.get(to);
    if (connection) this.#watchDead(connection);
  }

  unblock(from: PeerId, to: PeerId): void {
    this.#blocked.delete(`${from} ${to}`);
    const connection = this.#stations.get(from)?.connections.get(to);
    if (connection === undefined || !this.#isThrough(connection)) return;
    connection.cancelTimeout?.();
    connection.cancelTimeout = undefined;
    for (const link of connection.links) link.resume();
  }

  /** The streams that are open now carry nothing that way any more, and neither side is told: their connection lives on. */
  stall(from: PeerId, to: PeerId): void {
    for (const link of this.#stations.get(from)?.connections.get(to)?.links ?? []) if (link.peer === from) link.stall();
  }

  #isBlocked(from: PeerId, to: PeerId): boolean {
    return this.#blocked.size > 0 && this.#blocked.has(`${from} ${to}`);
  }

  #isThrough({ ends: [a, b] }: Connection): boolean {
    return a.isUp && b.isUp && !this.#isBlocked(a.peer, b.peer) && !this.#isBlocked(b.peer, a.peer);
  }

  /** Ends a connection that carries nothing one way, unless it carries again by then. */
  #watchDead(connection: Connection): void {
    const { clock, chance } = this.#parts;
    connection.cancelTimeout ??= clock.after(chance.whole(KEEPALIVE_MS.from, KEEPALIVE_MS.to), () => {
      connection.cancelTimeout = undefined;
      if (!this.#isThrough(connection)) this.#break(connection);
    });
  }

  #dialAfter(a: Station, b: Station, wait: { readonly from: number; readonly to: number }): void {
    const { clock, chance } = this.#parts;
    clock.after(chance.whole(wait.from, wait.to), () => {
      if (!a.isUp || !b.isUp) return;
      const known = a.connections.get(b.peer);
      // A connection to the process that was there before is found out by the new one.
      if (known?.ends.includes(b)) return;
      const failed = this.#isBlocked(a.peer, b.peer) || this.#isBlocked(b.peer, a.peer);
      if (failed || chance.percent(this.weather.refuse)) this.#dialAfter(a, b, REDIAL_MS);
      else this.#connect(a, b);
    });
  }

  #connect(a: Station, b: Station): void {
    for (const [near, far] of [[a, b] as const, [b, a] as const]) {
      const stale = near.connections.get(far.peer);
      if (stale) this.#break(stale);
    }
    const connection: Connection = { ends: [a, b], links: new Set(), isOpen: true, cancelTimeout: undefined };
    a.connections.set(b.peer, connection);
    b.connections.set(a.peer, connection);
    for (const watcher of a.watchers) watcher(b.peer, true);
    for (const watcher of b.watchers) watcher(a.peer, true);
  }

  #break(connection: Connection): void {
    if (!connection.isOpen) return;
    connection.isOpen = false;
    connection.cancelTimeout?.();
    const [a, b] = connection.ends;
    for (const [near, far] of [[a, b] as const, [b, a] as const]) {
      if (near.connections.get(far.peer) === connection) near.connections.delete(far.peer);
    }
    for (const link of [...connection.links]) link.end('the connection broke');
    for (const [near, far] of [[a, b] as const, [b, a] as const]) {
      if (!near.isUp) continue;
      for (const watcher of near.watchers) watcher(far.peer, false);
      const again = this.#stations.get(far.peer);
      if (again !== undefined) this.#dialAfter(near, again, REDIAL_MS);
    }
  }

  async #open(station: Station, protocol: ProtocolId, to: PeerId, handler: LinkHandler): Promise<Link> {
    const { clock, chance } = this.#parts;
    if (!station.isUp) return new Promise(() => {});
    const ms = 2 * this.#hopMs();
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(ms, resolve);
    await promise;
    const connection = station.connections.get(to);
    const far = connection?.ends.find(({ peer }) => peer === to);
    const accept = far?.served.get(protocol);
    const isThere = far?.isUp === true;
    if (
      !connection?.isOpen ||
      !isThere ||
      !accept ||
      !this.#isThrough(connection) ||
      chance.percent(this.weather.refuse)
    ) {
      throw new MeshError('peer-unreachable', { peer: to, problem: 'the stream could not be opened' });
    }
    return this.#join(connection, station, far, handler, accept);
  }

  #join(
    connection: Connection,
    near: Station,
    far: Station,
    handler: LinkHandler,
    accept: (link: Link) => LinkHandler,
  ): Link {
    const end = (self: Station, peer: Station) => {
      const made: LinkEnd = new LinkEnd(peer.peer, {
        clock: this.#parts.clock,
        hopMs: () => this.#hopMs(),
        isOpenWay: () => !this.#isBlocked(peer.peer, self.peer),
        isAlive: () => self.isUp,
        onFrame: (bytes) => this.#parts.onFrame(peer.peer, self.peer, bytes),
        onEnd: () => connection.links.delete(made),
      });
      connection.links.add(made);
      return made;
    };
    const [ours, theirs] = [end(near, far), end(far, near)];
    ours.join(theirs, handler);
    theirs.join(ours, accept(theirs));
    return ours;
  }

  /** Handed on from node to node, as gossip is; what cannot pass a blocked way goes round it if there is another. */
  #publish(station: Station, topic: Topic, message: GossipMessages[Topic]): void {
    if (!station.isUp) return;
    const copy = copyOf(message);
    const reached = new Map([[station, 0]]);
    for (const [near, hops] of reached) {
      for (const [peer, connection] of near.connections) {
        const far = this.#stations.get(peer);
        if (far === undefined || !connection.ends.includes(far) || reached.has(far)) continue;
        if (!this.#isBlocked(near.peer, peer)) reached.set(far, hops + 1);
      }
    }
    reached.delete(station);
    for (const [far, hops] of reached) this.#hand(far, hops, topic, station.peer, copy);
  }

  #hand(to: Station, hops: number, topic: Topic, from: PeerId, message: GossipMessages[Topic]): void {
    const { clock, chance } = this.#parts;
    const { drop, duplicate, delay } = this.weather;
    if (chance.percent(drop)) return;
    const copies = chance.percent(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const late = chance.percent(delay) ? chance.whole(0, SLOW_MS) : 0;
      clock.after(hops * this.#hopMs() + late, () => {
        if (!to.isUp) return;
        for (const listener of to.listeners) listener(topic, from, message);
      });
    }
  }

  #hopMs(): number {
    return this.#parts.chance.whole(HOP_MS.from, HOP_MS.to);
  }
}

/** As it arrives: gossip is JSON. */
function copyOf<T>(message: T): T {
  return JSON.parse(JSON.stringify(message));
}
