import type { Connection, Libp2p } from '@libp2p/interface';
import { messageOf } from '../../protocols/errors.ts';
import { type PeerId, peerIdOf } from '../../protocols/ids.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';
import { type Candidate, preferConnection, surplusConnections } from './prefer-connection.ts';

export type ConnectionEvent =
  /** The first connection to this peer is open. */
  | { readonly kind: 'opened'; readonly peer: PeerId; readonly direction: 'inbound' | 'outbound' }
  /** It answered on it: before that the other side may still refuse us, after our dial seemed to succeed. */
  | { readonly kind: 'admitted'; readonly peer: PeerId }
  /** One of several connections closed, and the streams on it with it. */
  | { readonly kind: 'thinned'; readonly peer: PeerId }
  /** The last connection closed. */
  | { readonly kind: 'lost'; readonly peer: PeerId; readonly admitted: boolean; readonly livedMs: number };

interface Tracked extends Candidate {
  readonly connection: Connection;
}

interface Peer {
  readonly openedAt: number;
  readonly tracked: Tracked[];
  admitted: boolean;
}

export interface ConnectionsParts {
  readonly runtime: Runtime;
}

/** The open connections of this node: one a peer, whatever both sides dial. */
export class Connections {
  readonly #self: PeerId;
  readonly #runtime: Runtime;
  readonly #peers = new Map<PeerId, Peer>();
  readonly #listeners: ((event: ConnectionEvent) => void)[] = [];

  constructor(options: { readonly self: PeerId }, parts: ConnectionsParts) {
    this.#self = options.self;
    this.#runtime = parts.runtime;
  }

  /** Before the node starts, so that the first connection is seen. */
  watch(libp2p: Libp2p): void {
    libp2p.addEventListener('connection:open', ({ detail }) => this.#opened(detail));
    libp2p.addEventListener('connection:close', ({ detail }) => this.#closed(detail));
    libp2p.addEventListener('peer:identify', ({ detail }) => this.#admit(peerOf(detail.connection)));
  }

  onEvent(listener: (event: ConnectionEvent) => void): void {
    this.#listeners.push(listener);
  }

  isConnected(peer: PeerId): boolean {
    return this.#peers.has(peer);
  }

  isAdmitted(peer: PeerId): boolean {
    return this.#peers.get(peer)?.admitted === true;
  }

  /** Connected peers, also those that did not answer yet. */
  peers(): readonly PeerId[] {
    return [...this.#peers.keys()];
  }

  all(peer: PeerId): readonly Connection[] {
    return (this.#peers.get(peer)?.tracked ?? []).map(({ connection }) => connection);
  }

  /** The one to open streams on: that which stays when there are two. */
  preferred(peer: PeerId): Connection | undefined {
    const open = (this.#peers.get(peer)?.tracked ?? []).filter(({ connection }) => connection.status === 'open');
    return preferConnection(open, this.isSmallerThan(peer))?.connection;
  }

  /** Milliseconds since its oldest open connection opened; 0 without one. */
  ageOf(peer: PeerId): number {
    const known = this.#peers.get(peer);
    return known === undefined ? 0 : this.#runtime.monotonic() - known.openedAt;
  }

  isSmallerThan(peer: PeerId): boolean {
    return this.#self < peer;
  }

  hangUp(peer: PeerId, reason: string): void {
    for (const connection of this.all(peer)) connection.abort(new Error(reason));
  }

  #opened(connection: Connection): void {
    // It may have closed while it was still being admitted; then its `close` event was before this one.
    if (connection.status !== 'open') return;
    const peer = peerOf(connection);
    const openedAt = this.#runtime.monotonic();
    const tracked = { connection, openedAt, direction: connection.direction };
    const known = this.#peers.get(peer);
    if (known !== undefined) {
      known.tracked.push(tracked);
      this.#closeSurplus(peer, known);
      return;
    }
    this.#peers.set(peer, { openedAt, tracked: [tracked], admitted: false });
    this.#tell({ kind: 'opened', peer, direction: connection.direction });
  }

  #closeSurplus(peer: PeerId, known: Peer): void {
    for (const { connection } of surplusConnections(known.tracked, this.isSmallerThan(peer))) {
      this.#runtime.log.debug({ peer, direction: connection.direction }, 'second connection closed');
      connection.close().catch((error: unknown) => connection.abort(new Error(messageOf(error))));
    }
  }

  #closed(connection: Connection): void {
    const peer = peerOf(connection);
    const known = this.#peers.get(peer);
    const at = known?.tracked.findIndex((one) => one.connection === connection) ?? -1;
    if (known === undefined || at < 0) return;
    known.tracked.splice(at, 1);
    if (known.tracked.length > 0) {
      this.#tell({ kind: 'thinned', peer });
      return;
    }
    this.#peers.delete(peer);
    const livedMs = this.#runtime.monotonic() - known.openedAt;
    this.#tell({ kind: 'lost', peer, admitted: known.admitted, livedMs });
  }

  #admit(peer: PeerId): void {
    const known = this.#peers.get(peer);
    if (known === undefined || known.admitted) return;
    known.admitted = true;
    this.#tell({ kind: 'admitted', peer });
  }

  #tell(event: ConnectionEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        // Nobody above could catch it: libp2p would end the process, and the listeners after this one would not know.
        this.#runtime.log.error({ peer: event.peer, kind: event.kind, error }, 'connection listener failed');
      }
    }
  }
}

function peerOf(connection: Connection): PeerId {
  return peerIdOf(connection.remotePeer.toString());
}
