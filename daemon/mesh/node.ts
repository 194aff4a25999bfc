import type { PrivateKey } from '@libp2p/interface';
import { MeshError } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Mesh } from '../../roles/ports/links.ts';
import type { Identity, Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Discovery } from './discovery.ts';

export interface MeshNodeOptions {
  /** Where peers reach this node: port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Multiaddrs told to peers instead of the ones listened on. Default: those listened on. */
  readonly announce?: readonly string[];
  /** CIDR blocks that peers may call from and be called at. Default: loopback, private networks and the overlay's 100.64.0.0/10. */
  readonly networks?: readonly string[];
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
  /** Binds, then dials. Handlers are set before. @throws MeshError `port-in-use`. */
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Multiaddrs with `/p2p/<peer>`, as peers list them; empty before the start. */
  addresses(): readonly string[];
  /** Round trip in milliseconds. @throws MeshError `peer-unreachable`, `request-timeout`. */
  ping(peer: PeerId): Promise<number>;
  links(): readonly PeerLink[];
}

export function createMeshNode(_options: MeshNodeOptions, _parts: MeshNodeParts): MeshNode {
  throw new MeshError('internal', { problem: 'not built yet' });
}
