import type { Connection, Stream } from '@libp2p/interface';
import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Admission } from './admission.ts';
import type { Connections } from './connections.ts';
import type { Gossip } from './gossip.ts';

const INTERVAL_MS = 2_000;
/** After a connection closed beside another one: its gossip streams went with it. */
const SOON_MS = 200;
/** Before that a new connection has had no time to open its streams. */
const SETTLED_MS = 1_000;
/** Looks without both streams after which only a new connection helps. */
const MAX_STRIKES = 3;
const BAN_MS = 30 * 60_000;

export interface GossipRepairParts {
  readonly connections: Connections;
  readonly admission: Admission;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Makes gossipsub look at the peer again. */
  readonly identify: (connection: Connection) => Promise<unknown>;
  readonly gossip: Gossip;
}

/**
 * A gossip stream that dies on a live connection is never opened again by gossipsub, and both sides fall silent for good
 * (a message over the receiver's limit is enough). So every 2 s each peer is looked at.
 */
export class GossipRepair {
  readonly #parts: GossipRepairParts;
  readonly #strikes = new Map<PeerId, number>();
  #cancel: (() => void) | undefined;
  #running = false;

  constructor(parts: GossipRepairParts) {
    this.#parts = parts;
    parts.connections.onEvent((event) => {
      if (event.kind === 'lost') this.#strikes.delete(event.peer);
      if (event.kind === 'thinned') parts.runtime.after(SOON_MS, () => this.#look(event.peer));
    });
  }

  start(): void {
    this.#running = true;
    this.#cancel = this.#parts.runtime.after(INTERVAL_MS, () => {
      for (const peer of this.#parts.connections.peers()) this.#look(peer);
      if (this.#running) this.start();
    });
  }

  stop(): void {
    this.#running = false;
    this.#cancel?.();
  }

  #look(peer: PeerId): void {
    const { connections, admission, runtime, meter, gossip } = this.#parts;
    const connection = connections.preferred(peer);
    if (!this.#running || connection === undefined || connections.ageOf(peer) < SETTLED_MS) return;
    if (gossip.isGraylisted(peer)) {
      runtime.log.warn({ peer, forMs: BAN_MS }, 'peer banned for what it gossiped');
      meter.count('mindmesh_gossip_repairs_total', { action: 'ban' });
      admission.ban(peer, BAN_MS);
      connections.hangUp(peer, 'banned');
      return;
    }
    if (this.#dropDead(peer)) this.#strikes.delete(peer);
    else this.#mend(peer, connection);
  }

  /** Aborts gossip streams that one side has ended. True when a whole pair is left. */
  #dropDead(peer: PeerId): boolean {
    const { connections, gossip } = this.#parts;
    const streams = connections
      .all(peer)
      .flatMap((connection) => connection.streams.filter((one) => gossip.isGossip(one)));
    const whole = streams.filter(isWhole);
    for (const stream of streams) {
      if (!isWhole(stream)) stream.abort(new Error('the gossip stream is half closed'));
    }
    return ['inbound', 'outbound'].every((direction) => whole.some((stream) => stream.direction === direction));
  }

  #mend(peer: PeerId, connection: Connection): void {
    const { connections, runtime, meter, identify } = this.#parts;
    const strikes = (this.#strikes.get(peer) ?? 0) + 1;
    this.#strikes.set(peer, strikes);
    meter.count('mindmesh_gossip_repairs_total', { action: strikes > MAX_STRIKES ? 'hang-up' : 'identify' });
    if (strikes > MAX_STRIKES) {
      this.#strikes.delete(peer);
      runtime.log.warn({ peer }, 'gossip cannot be mended, hanging up');
      connections.hangUp(peer, 'gossip cannot be mended');
      return;
    }
    identify(connection).catch((error: unknown) => {
      runtime.log.debug({ peer, strikes, problem: messageOf(error) }, 'identify failed');
    });
  }
}

/** gossipsub never ends one half of a stream that it still uses. */
function isWhole(stream: Stream): boolean {
  return stream.status === 'open' && stream.writeStatus === 'writable' && stream.remoteWriteStatus === 'writable';
}
