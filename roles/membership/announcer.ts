import { TOPICS, WIRE_VERSION } from '../../protocols/names.ts';
import { type GeneralLoad, type NodeCard, type Presence, presenceIntervalMs } from '../../protocols/presence.ts';
import { type Pace, pace } from '../policy/pace.ts';
import type { Mesh } from '../ports/links.ts';
import type { Roster } from '../ports/roster.ts';
import type { Runtime } from '../ports/runtime.ts';

export interface AnnouncerOptions {
  readonly self: NodeCard;
}

export interface AnnouncerParts {
  readonly mesh: Pick<Mesh, 'publish' | 'onPeer'>;
  readonly roster: Pick<Roster, 'members'> & { applyOwn(presence: Presence): void };
  readonly runtime: Runtime;
  /**
   * Orders the presences of this boot behind those of earlier ones, whatever its clock says: that of the log, which has been
   * compared with the ones before, and grows when one of those comes back later. Default: a new ULID.
   */
  readonly epoch?: () => Presence['epoch'];
  /** Asked before each presence. Once ready, the announced state stays so until the node leaves. */
  readonly status: () => { readonly ready: boolean; readonly load: readonly GeneralLoad[] };
}

/** Shortest gap between two presences: changes come in bursts, and each presence reaches every node. */
const MIN_GAP_MS = 250;
/** In a large mesh the gap is this share of the presence interval, so that changes cannot outweigh the regular presences. */
const GAP_SHARE = 20;
/**
 * A new connection hears gossip only once both sides have subscribed, some round trips later, and what is published
 * before is lost. So presence is said again a few times within the first second.
 */
const NEWCOMER_DELAYS_MS = [100, 400, 900];

/** Tells the mesh what this node is and how loaded it is (W1). */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #parts: AnnouncerParts;
  readonly #pace: Pace;
  #epoch: Presence['epoch'] | undefined;
  readonly #cancels = new Set<() => void>();
  #counter = 0;
  #running = false;
  #wasReady = false;
  #draining = false;
  #cancelNext: (() => void) | undefined;

  constructor(options: AnnouncerOptions, parts: AnnouncerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#pace = pace(
      parts.runtime,
      () => this.#gapMs(),
      () => this.#publish(),
    );
    parts.mesh.onPeer((_peer, connected) => {
      if (connected) this.#greet();
    });
  }

  start(): void {
    this.#running = true;
    this.#publish();
  }

  /** Something that a presence tells has changed: load, readiness. Cheap; call it at each change. */
  changed(): void {
    if (this.#running) this.#pace.request();
  }

  /** This node takes no new work from now on, and says so at once. */
  leave(): void {
    this.#draining = true;
    if (this.#running) this.#publish();
  }

  stop(): void {
    if (this.#running && !this.#draining) this.leave();
    this.#running = false;
    this.#pace.stop();
    this.#cancelNext?.();
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #greet(): void {
    if (!this.#running) return;
    for (const delay of NEWCOMER_DELAYS_MS) {
      const cancel = this.#parts.runtime.after(delay, () => {
        this.#cancels.delete(cancel);
        this.#pace.request();
      });
      this.#cancels.add(cancel);
    }
  }

  #publish(): void {
    const presence = this.#next();
    this.#parts.roster.applyOwn(presence);
    this.#parts.mesh.publish(TOPICS.presence, presence);
    this.#cancelNext?.();
    this.#cancelNext = this.#parts.runtime.after(this.#intervalMs(), () => this.#pace.request());
  }

  #next(): Presence {
    const { ready, load } = this.#parts.status();
    // Readiness means "has caught up since its start". Without the latch every record that arrives elsewhere would take it
    // back for a moment, and owners of subjects would change with it.
    this.#wasReady ||= ready;
    this.#epoch = this.#parts.epoch?.() ?? this.#epoch ?? this.#parts.runtime.ulid();
    return {
      v: WIRE_VERSION,
      card: this.#options.self,
      epoch: this.#epoch,
      counter: this.#counter++,
      clock: Math.max(0, Math.round(this.#parts.runtime.wall())),
      ready: this.#wasReady,
      draining: this.#draining,
      load: [...load],
    };
  }

  #intervalMs(): number {
    return presenceIntervalMs(this.#parts.roster.members().length);
  }

  #gapMs(): number {
    return Math.max(MIN_GAP_MS, this.#intervalMs() / GAP_SHARE);
  }
}
