import { messageOf } from '../../protocols/errors.ts';
import type { PeerId } from '../../protocols/ids.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Admission } from './admission.ts';
import { dialPauseMs } from './backoff.ts';
import type { ConnectionEvent, Connections } from './connections.ts';
import type { Discovery, KnownPeer } from './discovery.ts';

/** A connection that lived this long worked: the next loss is dialled at once, not after a pause. */
const STABLE_MS = 3_000;
/** Time for each address of a peer, and a little for what is around: handshakes over a slow link take four round trips. */
export const ADDRESS_DEADLINE_MS = 2_500;
const DIAL_MARGIN_MS = 500;
/** The larger id lets the smaller one dial first, so that mostly one side dials. */
const COURTESY_MS = 250;

export interface KeeperParts {
  readonly discovery: Discovery;
  readonly connections: Connections;
  readonly admission: Admission;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** Resolves once connected; the signal ends the try. */
  readonly dial: (peer: KnownPeer, signal: AbortSignal) => Promise<unknown>;
}

interface Target {
  failures: number;
  /** Ends the dial that is under way. */
  dialling: AbortController | undefined;
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
    // It came to us meanwhile: our own dial would only make a second connection.
    if (event.kind === 'opened' && event.direction === 'inbound') target?.dialling?.abort();
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
    const target = this.#targets.get(peer) ?? {
      failures: 0,
      dialling: undefined,
      problem: undefined,
      cancel: undefined,
    };
    this.#targets.set(peer, target);
    if (target.dialling !== undefined || target.cancel !== undefined) return;
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
    const { connections, runtime, dial } = this.#parts;
    const known = this.#knownPeer(peer);
    if (!this.#running || known === undefined || connections.isConnected(peer)) return;
    const controller = new AbortController();
    const deadlineMs = DIAL_MARGIN_MS + ADDRESS_DEADLINE_MS * known.addresses.length;
    const cancelDeadline = runtime.after(deadlineMs, () => controller.abort());
    target.dialling = controller;
    try {
      await dial(known, controller.signal);
    } catch (error) {
      if (!connections.isConnected(peer)) this.#failed(peer, target, messageOf(error));
    } finally {
      cancelDeadline();
      target.dialling = undefined;
    }
    this.#consider(peer);
  }

  #failed(peer: PeerId, target: Target, problem: string): void {
    const { runtime, meter } = this.#parts;
    meter.count('mindmesh_mesh_dial_failures_total');
    if (target.failures === 0) runtime.log.info({ peer, problem }, 'peer away, dialled until it answers');
    target.problem = problem;
    target.failures++;
  }
}
