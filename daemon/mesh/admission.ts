import type { ConnectionGater, PeerId as Libp2pPeerId } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { MeshError } from '../../protocols/errors.ts';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Discovery } from './discovery.ts';
import type { Networks } from './networks.ts';

/** One log line for each refused peer or address in this time: whoever knocks does not fill the disk. */
const QUIET_MS = 60_000;
const MAX_REMEMBERED = 1_000;

export interface AdmissionParts {
  readonly discovery: Discovery;
  readonly networks: Networks;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

/** Who may connect: a listed peer (T0), from a network that was configured, and not banned. */
export class Admission {
  readonly #parts: AdmissionParts;
  readonly #bannedUntil = new Map<PeerId, number>();
  readonly #told = new Map<string, number>();
  #listed: ReadonlySet<string> = new Set();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.#relist();
    parts.discovery.onChange(() => this.#relist());
  }

  /**
   * Every check is synchronous: after an asynchronous one js-libp2p goes on with connections that were closed meanwhile.
   * An outbound name (`/dns4/…`) is let through, because the operator wrote it and Noise proves who answers.
   */
  get gater(): ConnectionGater {
    return {
      denyDialPeer: (peer) => !this.#admits(peer, 'dialled'),
      denyDialMultiaddr: (address) => !this.#isInside(address),
      denyInboundConnection: ({ remoteAddr }) => !this.#isInside(remoteAddr),
      denyInboundEncryptedConnection: (peer, { remoteAddr }) => !this.#admits(peer, remoteAddr.toString()),
      denyOutboundEncryptedConnection: (peer, { remoteAddr }) => !this.#admits(peer, remoteAddr.toString()),
    };
  }

  isListed(peer: string): boolean {
    return this.#listed.has(peer);
  }

  ban(peer: PeerId, ms: number): void {
    this.#bannedUntil.set(peer, this.#parts.runtime.monotonic() + ms);
  }

  /** Milliseconds until the ban ends; 0 without one. */
  bannedFor(peer: PeerId): number {
    return Math.max(0, (this.#bannedUntil.get(peer) ?? 0) - this.#parts.runtime.monotonic());
  }

  #relist(): void {
    this.#listed = new Set(this.#parts.discovery.peers().map(({ peer }) => peer));
  }

  #admits(id: Libp2pPeerId, address: string): boolean {
    const peer = id.toString();
    if (!this.isListed(peer)) return this.#refuse(peer, 'unlisted', { address });
    if (this.bannedFor(peerIdOf(peer)) > 0) return this.#refuse(peer, 'banned', { address });
    return true;
  }

  #isInside(address: Multiaddr): boolean {
    const host = address.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')?.value;
    if (host === undefined || this.#parts.networks.contain(host)) return true;
    return this.#refuse(host, 'outside', { address: address.toString() });
  }

  #refuse(who: string, reason: 'unlisted' | 'banned' | 'outside', facts: object): false {
    this.#parts.meter.count('mindmesh_mesh_refused_total', { reason });
    const now = this.#parts.runtime.monotonic();
    if (now - (this.#told.get(who) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return false;
    if (this.#told.size >= MAX_REMEMBERED) this.#told.clear();
    this.#told.set(who, now);
    const { fix } = new MeshError('peer-refused', { peer: who });
    this.#parts.runtime.log.warn(
      { peer: who, reason, ...facts, ...(reason === 'unlisted' ? { fix } : {}) },
      'peer refused',
    );
    return false;
  }
}
