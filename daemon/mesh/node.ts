import type { Connection, PrivateKey } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p, type Libp2p } from 'libp2p';
import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Mesh } from '../../roles/ports/links.ts';
import type { Identity, Meter, Runtime } from '../../roles/ports/runtime.ts';
import { listenError, listenMultiaddrs, withPeer } from './addresses.ts';
import { Admission } from './admission.ts';
import { Connections } from './connections.ts';
import type { Discovery, KnownPeer } from './discovery.ts';
import { Gossip } from './gossip.ts';
import { GossipRepair } from './gossip-repair.ts';
import { Keeper } from './keeper.ts';
import { libp2pSettings, type MeshServices } from './libp2p-settings.ts';
import { createNetworks, DEFAULT_NETWORKS } from './networks.ts';
import { pingPeer } from './ping.ts';
import { Streams } from './streams.ts';

export interface MeshNodeOptions {
  /** Where peers reach this node: port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Multiaddrs told to peers instead of the ones listened on. Default: those listened on. */
  readonly announce?: readonly string[];
  /** Name of the mesh. Nodes of different networks cannot even finish a handshake. Default `mindmesh`. */
  readonly network?: string;
  /** CIDR blocks that peers may call from and be called at. Default: loopback, private networks and the overlay's 100.64.0.0/10. */
  readonly networks?: readonly string[];
  /** Connections one address may open in a second. Default 50; more lets one machine keep this one busy with handshakes. */
  readonly inboundPerSecond?: number;
}

export interface MeshNodeParts {
  readonly privateKey: PrivateKey;
  readonly identity: Identity;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Who belongs to the mesh: everybody else is refused (T0). */
  readonly discovery: Discovery;
}

/** One known peer as the network sees it, for `mindmesh peers` and `status`. */
export interface PeerLink {
  readonly peer: PeerId;
  readonly connected: boolean;
  /** Multiaddr of the open connection; absent while there is none. */
  readonly address?: string;
  /** Monotonic milliseconds since when it is so. */
  readonly since: number;
  /** Why the last dial failed. */
  readonly problem?: string;
}

export interface MeshNode extends Mesh {
  /** Binds, then dials. Handlers are set before. @throws MeshError `port-in-use`, `address-unusable`. */
  start(): Promise<void>;
  /** Says good-bye to every peer; done within about 3 s whatever they do. */
  stop(): Promise<void>;
  /** Multiaddrs with `/p2p/<peer>`, as peers list them; empty before the start. */
  addresses(): readonly string[];
  /** Round trip in milliseconds. @throws MeshError `peer-unreachable`, `request-timeout`. */
  ping(peer: PeerId): Promise<number>;
  links(): readonly PeerLink[];
}

const STOP_DEADLINE_MS = 3_000;

export function createMeshNode(options: MeshNodeOptions, parts: MeshNodeParts): MeshNode {
  return new Libp2pNode(options, parts);
}

class Libp2pNode implements MeshNode {
  readonly #options: MeshNodeOptions;
  readonly #parts: MeshNodeParts;
  readonly #admission: Admission;
  readonly #connections: Connections;
  readonly #streams: Streams;
  readonly #gossip: Gossip;
  readonly #repair: GossipRepair;
  readonly #keeper: Keeper;
  readonly #since = new Map<PeerId, number>();
  #libp2p: Libp2p<MeshServices> | undefined;
  #startedAt = 0;

  constructor(options: MeshNodeOptions, parts: MeshNodeParts) {
    const { runtime, meter, discovery, identity } = parts;
    const self = { self: identity.peer };
    this.#options = options;
    this.#parts = parts;
    const networks = createNetworks(options.networks ?? DEFAULT_NETWORKS);
    const admission = new Admission({ networks, discovery, runtime, meter });
    const connections = new Connections(self, { runtime });
    this.#admission = admission;
    this.#connections = connections;
    this.#streams = new Streams({ connections, log: runtime.log });
    this.#gossip = new Gossip(self, { admission, runtime, meter });
    const identify = (connection: Connection) => this.#identify(connection);
    this.#repair = new GossipRepair({ connections, admission, runtime, meter, identify, gossip: this.#gossip });
    const dial = (known: KnownPeer, signal: AbortSignal) => this.#dial(known, signal);
    this.#keeper = new Keeper(self, { discovery, connections, admission, runtime, meter, dial });
    this.onPeer((peer) => this.#since.set(peer, runtime.monotonic()));
  }

  readonly open: Mesh['open'] = (protocol, peer, handler) => this.#streams.open(protocol, peer, handler);
  readonly serve: Mesh['serve'] = (protocol, accept) => this.#streams.serve(protocol, accept);
  readonly onFrame: NonNullable<Mesh['onFrame']> = (listener) => this.#streams.onFrame(listener);
  readonly publish: Mesh['publish'] = (topic, message) => this.#gossip.publish(topic, message);
  readonly onGossip: Mesh['onGossip'] = (topic, listener) => this.#gossip.on(topic, listener);

  connected(): readonly PeerId[] {
    return this.#connections.peers().filter((peer) => this.#connections.isAdmitted(peer));
  }

  onPeer(listener: (peer: PeerId, connected: boolean) => void): void {
    this.#connections.onEvent((event) => {
      if (event.kind === 'admitted') listener(event.peer, true);
      if (event.kind === 'lost' && event.admitted) listener(event.peer, false);
    });
  }

  async start(): Promise<void> {
    const { identity, runtime } = this.#parts;
    const libp2p = await createLibp2p(this.#settings());
    this.#libp2p = libp2p;
    await this.#streams.start(libp2p);
    this.#connections.watch(libp2p);
    this.#gossip.prepare(libp2p.services.gossip);
    try {
      await libp2p.start();
    } catch (error) {
      throw listenError(this.#options.listen, error);
    }
    this.#startedAt = runtime.monotonic();
    this.#gossip.start(libp2p.services.gossip);
    this.#repair.start();
    this.#keeper.start();
    runtime.log.info({ peer: identity.peer, addresses: this.addresses() }, 'mesh listens');
  }

  async stop(): Promise<void> {
    this.#keeper.stop();
    this.#repair.stop();
    this.#gossip.stop();
    this.#streams.stop();
    const { promise: deadline, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.runtime.after(STOP_DEADLINE_MS, () => {
      this.#parts.runtime.log.warn({ afterMs: STOP_DEADLINE_MS }, 'mesh did not stop in time');
      resolve();
    });
    await Promise.race([this.#stopLibp2p(), deadline]);
    cancel();
  }

  addresses(): readonly string[] {
    return (this.#libp2p?.getMultiaddrs() ?? []).map(String);
  }

  ping(peer: PeerId): Promise<number> {
    return pingPeer(peer, this.#connections.preferred(peer), this.#parts.runtime);
  }

  links(): readonly PeerLink[] {
    const others = this.#parts.discovery.peers().filter(({ peer }) => peer !== this.#parts.identity.peer);
    return others.map(({ peer }) => {
      const address = this.#connections.preferred(peer)?.remoteAddr.toString();
      const problem = this.#keeper.problemOf(peer);
      return {
        peer,
        connected: this.#connections.isAdmitted(peer),
        since: this.#since.get(peer) ?? this.#startedAt,
        ...(address === undefined ? {} : { address }),
        ...(problem === undefined ? {} : { problem }),
      };
    });
  }

  #settings() {
    const { listen, announce = [], network = 'mindmesh', inboundPerSecond = 50 } = this.#options;
    const { privateKey, runtime } = this.#parts;
    const parts = { privateKey, gater: this.#admission.gater, log: runtime.log };
    return libp2pSettings(
      {
        listen: listenMultiaddrs(listen),
        announce,
        network,
        inboundPerSecond,
        listed: this.#parts.discovery.peers().length,
      },
      parts,
    );
  }

  async #stopLibp2p(): Promise<void> {
    try {
      await this.#libp2p?.stop();
    } catch (error) {
      this.#parts.runtime.log.warn({ problem: messageOf(error) }, 'mesh did not stop cleanly');
    }
  }

  async #identify(connection: Connection): Promise<void> {
    await this.#libp2p?.services.identify.identify(connection);
  }

  async #dial({ peer, addresses }: KnownPeer, signal: AbortSignal): Promise<void> {
    const targets = addresses.map((address) => multiaddr(withPeer(address, peer)));
    await this.#libp2p?.dial(targets, { signal });
  }
}
