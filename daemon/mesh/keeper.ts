import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Admission } from './admission.ts';
import { dialPauseMs } from './backoff.ts';
import type { ConnectionEvent, Connections } from './connections.ts';
import type { Discovery, KnownPeer } from './discovery.ts';

/** A connection that lived this long worked: the next loss is dialled at once, not after a pause. */
const STABLE_MS = 3_000;
/** The larger id lets the smaller one dial first, so that mostly one side dials. */
const COURTESY_MS = 250;

export interface KeeperParts {
  readonly discovery: Discovery;
  readonly connections: Connections;
  readonly admission: Admission;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Resolves once connected. */
  readonly dial: (peer: KnownPeer) => Promise<unknown>;
}

interface Target {
  failures: number;
  dialling: boolean;
  problem: string | undefined;
  cancel: (() => void) | undefined;
}

/** Dials every known peer until it is connected, for ever: libp2p's own reconnecting gives up after five failures. */
export class Keeper {
  readonly #self: PeerId;
  readonly #parts: KeeperParts;
  readonly #targets = new Map<PeerId, Target>();
  #running = false;

  constructor(options: { readonly self: PeerId }, parts: KeeperParts) {
    this.#self = options.self;
    this.#parts = parts;
    parts.discovery.onChange(() => this.#review());
    parts.connections.onEvent((event) => this.#follow(event));
  }

  start(): void {
    this.#running = true;
    this.#review();
  }

  stop(): void {
    this.#running = false;
    for (const target of this.#targets.values()) target.cancel?.();
    this.#targets.clear();
  }

  /** Why the last dial of this peer failed; undefined while it is connected. */
  problemOf(peer: PeerId): string | undefined {
    return this.#targets.get(peer)?.problem;
  }

  #review(): void {
    if (!this.#running) return;
    const { discovery, connections, admission } = this.#parts;
    for (const { peer } of discovery.peers()) this.#consider(peer);
    for (const peer of connections.peers()) {
      if (!admission.isListed(peer)) connections.hangUp(peer, 'the peer is no longer listed');
    }
  }

  #follow(event: ConnectionEvent): void {
    const target = this.#targets.get(event.peer);
    if (event.kind === 'admitted' && target !== undefined) target.problem = undefined;
    if (event.kind !== 'lost') return;
    if (target !== undefined && event.livedMs >= STABLE_MS) target.failures = 0;
    else if (target !== undefined) target.failures++;
    if (target !== undefined && !event.admitted) {
      target.problem = 'it hung up after the handshake: is this node in its list, with this key?';
    }
    this.#consider(event.peer);
  }

  #consider(peer: PeerId): void {
    const known = this.#knownPeer(peer);
    if (!this.#running || known === undefined || this.#parts.connections.isConnected(peer)) return;
    const target = this.#targets.get(peer) ?? { failures: 0, dialling: false, problem: undefined, cancel: undefined };
    this.#targets.set(peer, target);
    if (target.dialling || target.cancel !== undefined) return;
    target.cancel = this.#parts.runtime.after(this.#pauseMs(peer, target), () => {
      target.cancel = undefined;
      void this.#dial(peer, target);
    });
  }

  /** Looked up at each dial: the list may have changed meanwhile. */
  #knownPeer(peer: PeerId): KnownPeer | undefined {
    if (peer === this.#self) return undefined;
    return this.#parts.discovery.peers().find((known) => known.peer === peer && known.addresses.length > 0);
  }

  #pauseMs(peer: PeerId, target: Target): number {
    const { connections, admission, runtime } = this.#parts;
    const courtesy = connections.isSmallerThan(peer) ? 0 : COURTESY_MS;
    const pause = target.failures === 0 ? courtesy : dialPauseMs(target.failures - 1, runtime.random());
    return Math.max(pause, admission.bannedFor(peer));
  }

  async #dial(peer: PeerId, target: Target): Promise<void> {
    const { connections, runtime, meter, dial } = this.#parts;
    const known = this.#knownPeer(peer);
    if (!this.#running || known === undefined || connections.isConnected(peer)) return;
    target.dialling = true;
    try {
      await dial(known);
    } catch (error) {
      target.problem = messageOf(error);
      if (target.failures === 0)
        runtime.log.info({ peer, problem: target.problem }, 'peer away, dialled until it answers');
      target.failures++;
      meter.count('mindmesh_mesh_dial_failures_total');
    } finally {
      target.dialling = false;
    }
    this.#consider(peer);
  }
}
