import assert from 'node:assert/strict';
import { MeshError } from '../../protocols/errors.ts';
import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, PeerId } from '../../protocols/ids.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import { Announcer } from '../../roles/membership/announcer.ts';
import { MeshRoster } from '../../roles/membership/roster.ts';
import { Orchestrator, type OrchestratorOptions } from '../../roles/orchestrator/orchestrator.ts';
import type { Dispatcher } from '../../roles/ports/dispatcher.ts';
import { PROJECTIONS } from '../../roles/replica/projections.ts';
import { Replica } from '../../roles/replica/replica.ts';
import { loadFacts, loadStory } from '../../roles/replica/stories.ts';
import type { Story } from '../../roles/replica/story.ts';
import { cardOf } from './cards.ts';
import { fakeIdentity } from './fake-identity.ts';
import { GossipBus } from './gossip-bus.ts';
import { countingMeter, ManualClock, type ManualRuntime, manualRuntime, settled } from './manual-runtime.ts';
import { MemoryDisk } from './memory-disk.ts';
import { SimGeneral } from './sim-general.ts';

type CardFields = Parameters<typeof cardOf>[1];

/** What one boot of a node consists of. */
interface Boot {
  readonly replica: Replica;
  readonly roster: MeshRoster;
  readonly announcer: Announcer;
  readonly orchestrator: Orchestrator | undefined;
  readonly general: SimGeneral;
}

export interface SimNode {
  readonly card: NodeCard;
  readonly runtime: ManualRuntime;
  disk: MemoryDisk;
  boot: Boot;
  /** Neither gossip, nor offers, nor records pass. */
  isCut: boolean;
}

/**
 * Nodes in one process on one manual clock: real logs, roster, announcer and orchestrator; in place of the network gossip,
 * offers and batches of records are handed over directly, as long as neither side is cut off.
 */
export class SimMesh {
  readonly clock = new ManualClock();
  readonly nodes = new Map<string, SimNode>();
  readonly #bus = new GossipBus();
  readonly #options: Partial<OrchestratorOptions>;
  readonly #copying = new Map<string, Promise<void>>();

  constructor(options: Partial<OrchestratorOptions> = {}) {
    this.#options = options;
  }

  async add(name: string, fields: CardFields = {}): Promise<SimNode> {
    const card = cardOf(name, fields);
    const runtime = manualRuntime({ clock: this.clock, seed: this.nodes.size + 1 });
    const disk = new MemoryDisk();
    const node: SimNode = { card, runtime, disk, isCut: false, boot: this.#build(card, runtime, disk) };
    this.nodes.set(name, node);
    await this.#start(node);
    return node;
  }

  node(name: string): SimNode {
    const node = this.nodes.get(name);
    assert.ok(node, name);
    return node;
  }

  general(name: string): SimGeneral {
    return this.node(name).boot.general;
  }

  orchestrator(name: string): Orchestrator {
    const { orchestrator } = this.node(name).boot;
    assert.ok(orchestrator, name);
    return orchestrator;
  }

  /** As if its cable were pulled; what it does goes on. */
  cut(name: string): void {
    const node = this.node(name);
    node.isCut = true;
    for (const other of this.nodes.values()) if (other !== node) this.#bus.disconnect(node.card.peer, other.card.peer);
  }

  async mend(name: string): Promise<void> {
    const node = this.node(name);
    node.isCut = false;
    await this.#connect(node);
  }

  /** kill -9. */
  async crash(name: string): Promise<void> {
    this.cut(name);
    const node = this.node(name);
    node.disk = node.disk.crash();
    await node.boot.orchestrator?.stop();
    node.boot.announcer.stop();
    node.boot.roster.stop();
  }

  /** The same node with what is on its disk. */
  async restart(name: string): Promise<void> {
    const node = this.node(name);
    node.boot = this.#build(node.card, node.runtime, node.disk);
    node.isCut = false;
    await this.#start(node);
  }

  async emit(event: MeshEvent, by = 'agg'): Promise<EventId> {
    await this.append(by, { v: 1, type: 'event', at: Math.round(this.node(by).runtime.wall()), event });
    return event.id;
  }

  async append(by: string, record: MeshRecord): Promise<void> {
    await this.node(by).boot.replica.append(record);
    await settled();
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Moves the clock until it is so; fails after `limitMs` of its time. */
  async until(what: string, isSo: () => boolean | Promise<boolean>, limitMs = 120_000, stepMs = 250): Promise<void> {
    const end = this.clock.now + limitMs;
    await settled();
    while (!(await isSo())) {
      assert.ok(this.clock.now < end, `not so in ${limitMs} ms: ${what}`);
      await this.clock.advance(stepMs);
    }
  }

  async settle(id: EventId, limitMs?: number, stepMs?: number): Promise<Story> {
    await this.until(`${id} is settled`, async () => (await this.story(id)).settled !== undefined, limitMs, stepMs);
    return this.story(id);
  }

  /** As one node's logs tell it. */
  story(id: EventId, at = 'agg'): Promise<Story> {
    const { boot, disk } = this.node(at);
    return loadStory(id, { journal: boot.replica, tables: disk });
  }

  async records<T extends MeshRecord['type']>(
    id: EventId,
    type: T,
    at = 'agg',
  ): Promise<Extract<MeshRecord, { type: T }>[]> {
    const { boot, disk } = this.node(at);
    const facts = await loadFacts(id, { journal: boot.replica, tables: disk });
    return facts
      .map(({ record }) => record)
      .filter((each): each is Extract<MeshRecord, { type: T }> => each.type === type);
  }

  /** Name of a node. */
  nameOf(peer: PeerId | undefined): string | undefined {
    return [...this.nodes].find(([, { card }]) => card.peer === peer)?.[0];
  }

  /** Who executed, in the order of the beginning. */
  executions(id?: EventId): string[] {
    return [...this.nodes]
      .flatMap(([name, { boot }]) => boot.general.executions.map((each) => ({ name, ...each })))
      .filter(({ eventId }) => id === undefined || eventId === id)
      .sort((a, b) => a.at - b.at)
      .map(({ name, slot }) => `${name} ${slot}`);
  }

  #build(card: NodeCard, runtime: ManualRuntime, disk: MemoryDisk): Boot {
    const meter = countingMeter();
    const identity = fakeIdentity(card.peer);
    const replica = new Replica({ card }, { disk, tables: disk, identity, runtime, projections: PROJECTIONS, meter });
    const mesh = this.#bus.mesh(card.peer);
    const roster = new MeshRoster({ self: card.peer }, { mesh, runtime });
    const dispatcher = this.#dispatcher(card.peer);
    const general = new SimGeneral(card, {
      append: (record) => replica.append(record),
      note: dispatcher.note,
      runtime,
      changed: () => announcer.changed(),
    });
    const status = () => ({ ready: true, load: general.load() });
    const announcer = new Announcer({ self: card }, { mesh, roster, runtime, status });
    const parts = { journal: replica, tables: disk, roster, dispatcher, runtime, meter };
    const isOrchestrator = card.roles.includes('orchestrator');
    const orchestrator = isOrchestrator ? new Orchestrator({ self: card, ...this.#options }, parts) : undefined;
    replica.onGrowth(() => this.#spread(card.peer));
    return { replica, roster, announcer, orchestrator, general };
  }

  async #start(node: SimNode): Promise<void> {
    await node.boot.replica.start();
    // The card is the first record: nodes that are away are remembered by it.
    await node.boot.replica.append({
      v: 1,
      type: 'general-status',
      at: 0,
      cluster: 'none',
      general: 'none',
      status: 'active',
    });
    await node.boot.orchestrator?.start();
    node.boot.announcer.start();
    await this.#connect(node);
  }

  async #connect(node: SimNode): Promise<void> {
    for (const other of this.nodes.values()) {
      if (other === node || other.isCut) continue;
      this.#bus.connect(node.card.peer, other.card.peer);
      this.#copy(node, other);
      this.#copy(other, node);
    }
    await settled();
  }

  #dispatcher(self: PeerId): Dispatcher {
    const reach = (peer: PeerId): SimNode => {
      const [from, to] = [this.#byPeer(self), this.#byPeer(peer)];
      if (from && to && !from.isCut && !to.isCut) return to;
      throw new MeshError('peer-unreachable', { peer, problem: 'it is cut off' });
    };
    return {
      offer: async (peer, offer) => {
        const reply = await reach(peer).boot.general.offer(self, structuredClone(offer));
        reach(peer);
        return reply;
      },
      note: (peer, note) => {
        if (!this.#byPeer(peer)?.isCut && !this.#byPeer(self)?.isCut)
          this.#byPeer(peer)?.boot.orchestrator?.note(self, note);
      },
    };
  }

  #byPeer(peer: PeerId): SimNode | undefined {
    return [...this.nodes.values()].find(({ card }) => card.peer === peer);
  }

  #spread(from: PeerId): void {
    const node = this.#byPeer(from);
    if (node === undefined) return;
    for (const other of this.nodes.values()) if (other !== node) this.#copy(node, other);
  }

  /** Hands over what the other lacks, one batch after the other. */
  #copy(from: SimNode, to: SimNode): void {
    const key = `${from.card.peer} ${to.card.peer}`;
    // A side that was killed meanwhile takes nothing more; the next copy begins where this one ended.
    const copy = () => this.#copyAll(from, to).catch(() => undefined);
    const next = (this.#copying.get(key) ?? Promise.resolve()).then(copy);
    this.#copying.set(key, next);
  }

  async #copyAll(from: SimNode, to: SimNode): Promise<void> {
    for (const [origin, epoch, length] of from.boot.replica.have()) {
      const log = { origin, epoch };
      while (!from.isCut && !to.isCut && to.boot.replica.expectedLengthOf(log) < length) {
        const batch = await from.boot.replica.readBatch(log, to.boot.replica.expectedLengthOf(log));
        if (batch === undefined) break;
        await to.boot.replica.apply(batch, from.card.peer);
      }
    }
  }
}
