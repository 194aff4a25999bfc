import type { PeerId } from '../../../protocols/ids.ts';
import type { NodeCard } from '../../../protocols/presence.ts';
import { hookMark } from '../../../roles/aggregator/sweeper.ts';
import type { Identity } from '../../../roles/ports/runtime.ts';
import { peerNamed } from '../../fakes/cards.ts';

import { type Chance, chanceOf } from './chance.ts';
import type { SimClock } from './clock.ts';
import { SimDisk } from './disk.ts';
import { GithubSide, HOOK } from './github-side.ts';
import { FAIR, SimNetwork } from './network.ts';
import { NEXT_VERSION } from './next-build.ts';
import type { Plant } from './plants.ts';
import type { Probe } from './probe.ts';
import type { Mode, NodeSpec } from './schedule.ts';
import { simIdentity } from './sim-identity.ts';
import { type SimNode, simNode } from './sim-node.ts';
import type { Trace } from './trace.ts';

/** A machine: its disk and its clock outlive its processes. */
export interface Host {
  readonly card: NodeCard;
  readonly identity: Identity;
  disk: SimDisk;
  node: SimNode | undefined;
  boots: number;
  aheadMs: number;
  /** A file that one of the plants keeps beside the log. */
  readonly flags: Set<string>;
  /** How long the write-ahead file was at which moment: what a backup of then holds. */
  readonly backups: { readonly at: number; readonly length: number }[];
}

export interface WorldOptions {
  readonly seed: number;
  readonly mode: Mode;
  readonly keepMs?: number | undefined;
  readonly plant?: Plant | undefined;
}

export interface WorldParts {
  readonly clock: SimClock;
  readonly probe: Probe;
  readonly trace: Trace;
}

const BACKUP_EVERY_MS = 5_000;
const REPAIR_MS = 8_000;

/** All machines, and the wires between them. */
export class World {
  readonly clock: SimClock;
  readonly network: SimNetwork;
  readonly github: GithubSide;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly #options: WorldOptions;
  readonly #chance: Chance;
  readonly #probe: Probe;

  constructor(nodes: readonly NodeSpec[], options: WorldOptions, parts: WorldParts) {
    this.#options = options;
    this.#probe = parts.probe;
    this.clock = parts.clock;
    this.#chance = chanceOf(options.seed).fork('world');
    const { clock } = this;
    const places = new Map<PeerId, number>();
    this.network = new SimNetwork({
      clock,
      chance: this.#chance.fork('network'),
      onFrame: (from, to, bytes) => parts.trace.frame(clock.now, places.get(from) ?? 0, places.get(to) ?? 0, bytes),
    });
    this.github = new GithubSide({ clock, chance: this.#chance.fork('github') });
    this.hosts = new Map(nodes.map((spec) => [spec.name, this.#host(spec)]));
    for (const { card } of this.hosts.values()) places.set(card.peer, places.size);
    this.#backUp();
  }

  host(name: string): Host {
    const host = this.hosts.get(name);
    if (host === undefined) throw new Error(`there is no ${name}`);
    return host;
  }

  /** The processes that run now. */
  running(): SimNode[] {
    return [...this.hosts.values()].map(({ node }) => node).filter((node) => node !== undefined);
  }

  boot(host: Host): void {
    if (host.node !== undefined) return;
    host.boots += 1;
    const { clock, network, github } = this;
    const { mode, keepMs, plant } = this.#options;
    const chance = this.#chance.fork(`${host.card.name} ${host.boots}`);
    const { disk, identity, card, flags } = host;
    const parts = {
      clock,
      chance,
      disk,
      network,
      github,
      identity,
      flags,
      aheadMs: () => host.aheadMs,
      probe: this.#probe,
    };
    const node = simNode({ card, mode, keepMs, plant }, parts);
    host.node = node;
    node.start().catch((error: unknown) => {
      if (node.isAlive()) this.#probe.trouble(card.name, 'the node could not start', { error });
    });
  }

  /** The process is gone; the machine and its disk are there. */
  end(host: Host, how: 'closed' | 'silent'): void {
    host.node?.kill();
    host.node = undefined;
    this.network.leave(host.card.peer, how);
  }

  /** Its disk failed, or what it found there: somebody makes room and starts it again. */
  endedByItself(name: string): void {
    const host = this.host(name);
    this.end(host, 'closed');
    host.disk = host.disk.afterKill();
    this.clock.after(REPAIR_MS, () => this.boot(host));
  }

  /** What a backup that is so old would hold. */
  backupOf(host: Host, ageMs: number): number {
    return host.backups.findLast(({ at }) => at <= this.clock.now - ageMs)?.length ?? 0;
  }

  mendWeather(): void {
    this.network.weather = FAIR;
  }

  /** Every wire carries, every process runs. */
  mend(): void {
    this.mendWeather();
    for (const a of this.hosts.values()) {
      for (const b of this.hosts.values()) if (a !== b) this.network.unblock(a.card.peer, b.card.peer);
      this.boot(a);
    }
  }

  #host({ name, cluster, role, offers, isNext = false }: NodeSpec): Host {
    const peer = peerNamed(name);
    const generals = offers.map((general) => ({ name: general, specialisations: [], concurrency: 3, capacity: 12 }));
    const sweeps = role === 'aggregator' && this.#options.mode === 'swept' ? { sweeps: [hookMark(HOOK)] } : {};
    const card = {
      peer,
      name,
      org: 'acme',
      cluster,
      region: cluster,
      roles: [role],
      generals,
      ...sweeps,
      version: isNext ? NEXT_VERSION : '0.1.0',
    };
    const honest = this.#options.plant !== 'no sync';
    const disk = new SimDisk({ honest }, { clock: this.clock, chance: this.#chance.fork(`disk of ${name}`) });
    return {
      card,
      identity: simIdentity(peer),
      disk,
      node: undefined,
      boots: 0,
      aheadMs: 0,
      flags: new Set(),
      backups: [],
    };
  }

  #backUp(): void {
    for (const host of this.hosts.values()) host.backups.push({ at: this.clock.now, length: host.disk.backupLength });
    this.clock.after(BACKUP_EVERY_MS, () => this.#backUp());
  }
}
