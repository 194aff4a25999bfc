import type { PeerId, Position } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import { PROJECTION_TABLES, type TableName } from '../../roles/ports/tables.ts';
import { LogSync } from '../../roles/replica/log-sync.ts';
import { peerNamed } from './cards.ts';
import { FakeNetwork, type FakeNetworkOptions } from './fake-mesh.ts';
import { ManualClock, manualRuntime } from './manual-runtime.ts';
import { MemoryDisk, type MemoryDiskOptions } from './memory-disk.ts';
import { type ReplicaNode, seedOf, startedNode } from './replica-node.ts';

export interface SimReplica extends ReplicaNode {
  readonly sync: LogSync;
}

/** Tables that speak of the node itself and so differ from node to node. */
const OWN_TABLES: readonly TableName[] = ['inbox', 'ended'];

/** Replicas that replicate over a fake network on one manual clock. Connections are the test's. */
export class SimReplicas {
  readonly clock = new ManualClock();
  readonly network: FakeNetwork;
  readonly #nodes = new Map<string, SimReplica>();
  readonly #diskOptions: MemoryDiskOptions;
  #boots = 0;

  constructor(options: FakeNetworkOptions & { readonly disk?: MemoryDiskOptions } = {}) {
    this.network = new FakeNetwork(options);
    this.#diskOptions = options.disk ?? {};
  }

  get nodes(): readonly SimReplica[] {
    return [...this.#nodes.values()];
  }

  node(name: string): SimReplica {
    const node = this.#nodes.get(name);
    if (node === undefined) throw new Error(`there is no ${name}`);
    return node;
  }

  /** Boots a node on its disk; its connections are made afterwards. */
  async boot(name: string, disk = new MemoryDisk(this.#diskOptions)): Promise<SimReplica> {
    this.#boots += 1;
    const runtime = manualRuntime({ clock: this.clock, seed: seedOf(name) + this.#boots });
    const starting = startedNode(name, { disk, runtime });
    // A disk that takes its time needs a clock that moves.
    let node: ReplicaNode | undefined;
    void starting.then((started) => {
      node = started;
    });
    while (node === undefined) await this.clock.advance(10);
    const { peer, replica, meter } = node;
    const sync = new LogSync({ self: peer }, { replica, mesh: this.network.mesh(peer), runtime, meter });
    sync.start();
    const booted = { ...node, sync };
    this.#nodes.set(name, booted);
    return booted;
  }

  async bootAll(...names: readonly string[]): Promise<readonly SimReplica[]> {
    for (const name of names) await this.boot(name);
    this.connectAll();
    await this.clock.advance(1_000);
    return names.map((name) => this.node(name));
  }

  /** kill -9 and a power cut: connections break, what was not synced is gone but for `keep` bytes. Returns the disk. */
  async kill(name: string, keep = 0): Promise<MemoryDisk> {
    const node = this.node(name);
    this.#nodes.delete(name);
    for (const peer of this.network.mesh(node.peer).connected()) this.network.cut(node.peer, peer);
    node.sync.stop();
    this.network.forget(node.peer);
    return node.disk.crash(keep);
  }

  connect(a: string, b: string): void {
    this.network.connect(peerNamed(a), peerNamed(b));
  }

  cut(a: string, b: string): void {
    this.network.cut(peerNamed(a), peerNamed(b));
  }

  connectAll(): void {
    this.network.connectAll(this.nodes.map(({ peer }) => peer));
  }

  /** Appends and lets the disk take its time. */
  async append(name: string, ...records: readonly MeshRecord[]): Promise<readonly Position[]> {
    let positions: readonly Position[] | undefined;
    void Promise.all(records.map((record) => this.node(name).replica.append(record))).then((done) => {
      positions = done;
    });
    while (positions === undefined) await this.clock.advance(1);
    return positions;
  }

  /** What each node holds: heads and all tables that are not about the node itself. Equal nodes give equal texts. */
  pictures(): readonly string[] {
    return this.nodes.map(({ replica, disk }) => {
      const tables = Object.values(PROJECTION_TABLES).filter((table) => !OWN_TABLES.includes(table));
      return JSON.stringify([replica.have(), tables.map((table) => disk.rows(table))]);
    });
  }

  isEqual(): boolean {
    return new Set(this.pictures()).size <= 1;
  }

  peers(): readonly PeerId[] {
    return this.nodes.map(({ peer }) => peer);
  }
}
