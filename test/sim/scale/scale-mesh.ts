import { MeshError } from '../../../protocols/errors.ts';
import type { PeerId } from '../../../protocols/ids.ts';
import { type ProtocolId, TOPICS, type Topic } from '../../../protocols/names.ts';
import type { GossipMessages } from '../../../protocols/verdicts.ts';
import type { Link, LinkHandler, Mesh } from '../../../roles/ports/links.ts';
import type { SimClock } from '../whole/clock.ts';
import { gossipGraph, spread } from './gossip-graph.ts';
import type { GossipModel } from './gossip-model.ts';
import { CLASSES, STREAM_BYTES, type Traffic, type TrafficClass } from './traffic.ts';

export interface ScaleMeshParts {
  readonly clock: SimClock;
  readonly random: () => number;
  readonly traffic: Traffic;
  readonly gossip: GossipModel;
}

type GossipListener = (topic: Topic, from: PeerId, message: GossipMessages[Topic]) => void;

interface Station {
  readonly place: number;
  readonly served: Map<ProtocolId, (link: Link) => LinkHandler>;
  readonly watchers: ((peer: PeerId, connected: boolean) => void)[];
  readonly listeners: GossipListener[];
  readonly frameListeners: ((peer: PeerId) => void)[];
}

/** One way between two nodes, milliseconds: the machines of one org, some of them in other regions. */
const HOP_MS = { from: 1, to: 20 } as const;
const HEARTBEAT_MS = 1_000;

/** Everybody is connected with everybody, as the static list of peers makes it. Every byte is counted. */
export class ScaleMesh {
  readonly #parts: ScaleMeshParts;
  readonly #peers: readonly PeerId[];
  readonly #places: ReadonlyMap<PeerId, number>;
  readonly #stations: Station[];
  readonly #graphs: Readonly<Record<Topic, readonly ReadonlySet<number>[]>>;
  readonly #published: Record<Topic, number[]> = { [TOPICS.presence]: [], [TOPICS.heads]: [] };

  constructor(peers: readonly PeerId[], parts: ScaleMeshParts) {
    this.#parts = parts;
    this.#peers = peers;
    this.#places = new Map(peers.map((peer, i) => [peer, i]));
    this.#stations = peers.map((_, place) => ({
      place,
      served: new Map(),
      watchers: [],
      listeners: [],
      frameListeners: [],
    }));
    const graph = () => gossipGraph(peers.length, parts.gossip, parts.random);
    this.#graphs = { [TOPICS.presence]: graph(), [TOPICS.heads]: graph() };
    this.#beat();
  }

  /** Links that a node's gossip is handed on over, on average. */
  get degree(): number {
    const graph = this.#graphs[TOPICS.presence];
    return graph.reduce((sum, { size }) => sum + size, 0) / graph.length;
  }

  /** As if everybody had heard this before. Nothing is counted. */
  know(from: PeerId, topic: Topic, message: GossipMessages[Topic]): void {
    for (const { listeners } of this.#stations) for (const listener of listeners) listener(topic, from, message);
  }

  mesh(place: number): Mesh {
    const station = this.#station(place);
    const others = this.#peers.filter((_, i) => i !== place);
    return {
      connected: () => others,
      onPeer: (listener) => station.watchers.push(listener),
      open: (protocol, peer, handler) => this.#open(station, protocol, peer, handler),
      serve: (protocol, accept) => station.served.set(protocol, accept),
      onFrame: (listener) => station.frameListeners.push(listener),
      publish: (topic, message) => this.#publish(place, topic, message),
      onGossip: (topic, listener) =>
        station.listeners.push((seen, from, message) => {
          // The topic names the type of the message, which TypeScript cannot follow through the union.
          if (seen === topic) listener(from, message as GossipMessages[typeof topic]);
        }),
    };
  }

  #station(place: number): Station {
    return this.#stations[place] as Station;
  }

  /** Always the same between the same two. */
  #hopMs(from: number, to: number): number {
    const mixed = Math.imul((Math.min(from, to) + 1) * 7919 + Math.max(from, to), 0x9e3779b1) >>> 16;
    return HOP_MS.from + (mixed % (HOP_MS.to - HOP_MS.from + 1));
  }

  async #open(station: Station, protocol: ProtocolId, peer: PeerId, handler: LinkHandler): Promise<Link> {
    const far = this.#station(this.#places.get(peer) ?? -1);
    const ms = 2 * this.#hopMs(station.place, far.place);
    await new Promise<void>((resolve) => void this.#parts.clock.after(ms, resolve));
    const accept = far.served.get(protocol);
    if (accept === undefined) throw new MeshError('peer-unreachable', { peer, problem: 'it does not serve that' });
    const ends: [End, End] = [
      { place: station.place, peer, handler, isOpen: true },
      { place: far.place, peer: this.#peers[station.place] as PeerId, handler: undefined, isOpen: true },
    ];
    ends[1].handler = accept(this.#link(ends[1], ends[0]));
    return this.#link(ends[0], ends[1]);
  }

  #link(near: End, far: End): Link {
    const { clock, traffic } = this.#parts;
    const ms = this.#hopMs(near.place, far.place);
    const arrive = (run: () => void) => clock.after(ms, () => far.isOpen && run());
    const end = () => {
      far.isOpen = false;
      far.handler?.closed();
    };
    return {
      peer: near.peer,
      send: async (frame) => {
        if (!near.isOpen) throw new MeshError('peer-unreachable', { peer: near.peer, problem: 'the link is closed' });
        traffic.count(classOf(frame), near.place, far.place, frame.length + STREAM_BYTES);
        arrive(() => {
          for (const listener of this.#station(far.place).frameListeners) listener(far.peer);
          try {
            void far.handler?.frame(frame);
          } catch {
            // The handler counted why; here only the stream ends.
            end();
          }
        });
      },
      close: () => {
        if (!near.isOpen) return;
        near.isOpen = false;
        near.handler?.closed();
        arrive(end);
      },
    };
  }

  #publish(author: number, topic: Topic, message: GossipMessages[Topic]): void {
    const { clock, traffic, gossip } = this.#parts;
    const bytes = gossip.bytesOf(message);
    this.#published[topic].push(clock.now);
    const { arrivals, copies } = spread(author, this.#graphs[topic], {
      floods: gossip.floods(this.#peers.length - 1),
      msOf: (from, to) => this.#hopMs(from, to),
    });
    const what = topic === TOPICS.presence ? 'presence' : 'heads';
    for (let i = 0; i < copies.length; i += 2) {
      traffic.count(what, copies[i] as number, copies[i + 1] as number, bytes);
    }
    const from = this.#peers[author] as PeerId;
    for (const [ms, group] of Map.groupBy(arrivals, (arrival) => arrival.ms)) {
      clock.after(ms, () => {
        for (const { node } of group)
          for (const listener of this.#station(node).listeners) listener(topic, from, message);
      });
    }
  }

  /** What every node announces to some others at each heartbeat of gossipsub: computed, not sent. */
  #beat(): void {
    const { clock, traffic, gossip } = this.#parts;
    for (const topic of Object.values(TOPICS)) {
      const since = clock.now - gossip.announcedMs;
      const recent = this.#published[topic].filter((at) => at > since);
      this.#published[topic] = recent;
      const to = gossip.announcedTo(this.#peers.length - 1, this.degree);
      if (recent.length > 0 && to > 0) traffic.countEverywhere('ihave', to, gossip.announcementBytes(recent.length));
    }
    clock.after(HEARTBEAT_MS, () => this.#beat());
  }
}

interface End {
  readonly place: number;
  readonly peer: PeerId;
  handler: LinkHandler | undefined;
  isOpen: boolean;
}

/** Read from the beginning of the header: version, its length, number of parts, their lengths, `{"type":"…"`. */
function classOf(frame: Uint8Array): TrafficClass {
  const buffer = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  const start = 9 + 4 * buffer.readUInt32BE(5);
  const [, type] = /"type":"([a-z-]+)"/.exec(buffer.toString('latin1', start, start + 40)) ?? [];
  return CLASSES.find((each) => each === type) ?? 'batch';
}
