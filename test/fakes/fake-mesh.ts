import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { ProtocolId, Topic } from '../../protocols/names.ts';
import type { GossipMessages } from '../../protocols/verdicts.ts';
import type { Link, LinkHandler, Mesh } from '../../roles/ports/links.ts';

export interface FakeNetworkOptions {
  /** Drops a gossip message on its way to one peer. Default: nothing is dropped. */
  readonly losesGossip?: () => boolean;
}

/** Looks at each frame on its way: changes it, drops it (undefined), or lets it pass. */
export type Tap = (from: PeerId, to: PeerId, bytes: Uint8Array) => Uint8Array | undefined;

type GossipListener = (topic: Topic, from: PeerId, message: GossipMessages[Topic]) => void;

interface Node {
  readonly peers: Set<PeerId>;
  readonly served: Map<ProtocolId, (link: Link) => LinkHandler>;
  readonly watchers: ((peer: PeerId, connected: boolean) => void)[];
  readonly gossip: GossipListener[];
  readonly ends: Set<End>;
  readonly frameListeners: ((peer: PeerId) => void)[];
}

/** Some nodes in one process. Frames arrive in order, each in a microtask of its own. */
export class FakeNetwork {
  readonly #options: FakeNetworkOptions;
  readonly #nodes = new Map<PeerId, Node>();
  /** Frames delivered so far. */
  frames = 0;
  bytes = 0;
  tap: Tap = (_from, _to, bytes) => bytes;

  constructor(options: FakeNetworkOptions = {}) {
    this.#options = options;
  }

  mesh(self: PeerId): Mesh {
    const node = this.#node(self);
    return {
      connected: () => [...node.peers],
      onPeer: (listener) => node.watchers.push(listener),
      open: (protocol, peer, handler) => this.#open(self, protocol, peer, handler),
      serve: (protocol, accept) => node.served.set(protocol, accept),
      onFrame: (listener) => node.frameListeners.push(listener),
      publish: (topic, message) => this.#publish(self, topic, message),
      onGossip: (topic, listener) =>
        node.gossip.push((seen, from, message) => {
          // The topic names the type of the message, which TypeScript cannot follow through the union.
          if (seen === topic) listener(from, message as GossipMessages[typeof topic]);
        }),
    };
  }

  connect(a: PeerId, b: PeerId): void {
    this.#change(a, b, true);
    this.#change(b, a, true);
  }

  /** Breaks the connection and every link on it; what was on its way is lost. */
  cut(a: PeerId, b: PeerId): void {
    for (const [self, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      for (const end of [...this.#node(self).ends]) if (end.peer === peer) end.end('the connection broke');
    }
    this.#change(a, b, false);
    this.#change(b, a, false);
  }

  connectAll(peers: readonly PeerId[]): void {
    peers.forEach((a, i) => {
      for (const b of peers.slice(i + 1)) this.connect(a, b);
    });
  }

  /** The process behind this peer has ended; the next `mesh` of it is a new one. */
  forget(peer: PeerId): void {
    this.#nodes.delete(peer);
  }

  /** Links of one node, its own and those that others opened. */
  links(peer: PeerId): number {
    return this.#node(peer).ends.size;
  }

  #node(peer: PeerId): Node {
    const known = this.#nodes.get(peer);
    if (known) return known;
    const node: Node = {
      peers: new Set(),
      served: new Map(),
      watchers: [],
      gossip: [],
      ends: new Set(),
      frameListeners: [],
    };
    this.#nodes.set(peer, node);
    return node;
  }

  #change(self: PeerId, peer: PeerId, connected: boolean): void {
    const node = this.#node(self);
    if (node.peers.has(peer) === connected) return;
    if (connected) node.peers.add(peer);
    else node.peers.delete(peer);
    for (const watcher of node.watchers) watcher(peer, connected);
  }

  async #open(self: PeerId, protocol: ProtocolId, peer: PeerId, handler: LinkHandler): Promise<Link> {
    await Promise.resolve();
    const accept = this.#node(peer).served.get(protocol);
    if (!this.#node(self).peers.has(peer) || accept === undefined) throw unreachable(peer, 'it is not connected');
    const near = this.#end(self, peer);
    const far = this.#end(peer, self);
    near.join(far, handler);
    far.join(near, accept(far));
    return near;
  }

  #end(self: PeerId, peer: PeerId): End {
    const { ends } = this.#node(self);
    const end: End = new End(peer, {
      receive: (bytes) => {
        this.frames += 1;
        this.bytes += bytes.length;
        const passed = this.tap(peer, self, bytes);
        if (passed !== undefined) for (const listener of this.#node(self).frameListeners) listener(peer);
        return passed;
      },
      onEnd: () => ends.delete(end),
    });
    ends.add(end);
    return end;
  }

  /** To everybody who can be reached over any number of connections, as gossip is passed on. */
  #publish(self: PeerId, topic: Topic, message: GossipMessages[Topic]): void {
    const reached = new Set([self]);
    for (const peer of reached) for (const next of this.#node(peer).peers) reached.add(next);
    reached.delete(self);
    for (const peer of reached) {
      if (this.#options.losesGossip?.()) continue;
      const copy = structuredClone(message);
      queueMicrotask(() => {
        for (const listener of this.#node(peer).gossip) listener(topic, self, copy);
      });
    }
  }
}

interface EndParts {
  /** What arrives of a frame. */
  receive(bytes: Uint8Array): Uint8Array | undefined;
  onEnd(): void;
}

interface Letter {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
  readonly lost: (error: MeshError) => void;
}

/** One side of a link. */
class End implements Link {
  readonly peer: PeerId;
  readonly #parts: EndParts;
  readonly #inbox: Letter[] = [];
  #far: End | undefined;
  #handler: LinkHandler | undefined;
  #delivering = false;
  #closed = false;

  constructor(peer: PeerId, parts: EndParts) {
    this.peer = peer;
    this.#parts = parts;
  }

  join(far: End, handler: LinkHandler): void {
    this.#far = far;
    this.#handler = handler;
  }

  send(frame: Uint8Array): Promise<void> {
    const bytes = Uint8Array.from(frame);
    return new Promise((taken, lost) => {
      if (this.#closed || this.#far === undefined) lost(unreachable(this.peer, 'the link is closed'));
      else this.#far.#receive({ bytes, taken, lost });
    });
  }

  close(reason: string): void {
    this.end(reason);
    this.#far?.end(reason);
  }

  end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#parts.onEnd();
    for (const { lost } of this.#inbox.splice(0)) lost(unreachable(this.peer, reason));
    this.#handler?.closed();
  }

  #receive(letter: Letter): void {
    this.#inbox.push(letter);
    if (!this.#delivering) void this.#deliver();
  }

  /** One frame after the other; the handler's promise holds back the next. */
  async #deliver(): Promise<void> {
    this.#delivering = true;
    await Promise.resolve();
    for (let letter = this.#inbox.shift(); letter !== undefined; letter = this.#inbox.shift()) {
      try {
        const bytes = this.#parts.receive(letter.bytes);
        if (bytes !== undefined) await this.#handler?.frame(bytes);
        letter.taken();
      } catch (error) {
        letter.lost(unreachable(this.peer, messageOf(error)));
        this.close(messageOf(error));
      }
      await Promise.resolve();
    }
    this.#delivering = false;
  }
}

function unreachable(peer: PeerId, problem: string): MeshError {
  return new MeshError('peer-unreachable', { peer, problem });
}
