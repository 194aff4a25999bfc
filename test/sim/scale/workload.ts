import { randomUUID } from 'node:crypto';
import { eventIdOf, slotOf } from '../../../protocols/ids.ts';
import type { MeshRecord } from '../../../protocols/record.ts';
import { pullRequestEvent } from '../../fakes/events.ts';
import { acceptedRecord, distributionRecord, doneRecord, settledRecord } from '../../fakes/records.ts';
import type { ScaleNode } from './scale-node.ts';
import type { ScaleWorld } from './scale-world.ts';

/** What an event brings about, and when after it, milliseconds: an offer's way, a short execution, the owner's last word. */
const DECIDED_MS = 60;
const ACCEPTED_MS = 40;
const DONE_MS = 4_000;
const SETTLED_MS = 80;
/** Nodes that a decision names. */
const CANDIDATES = 3;

/** Events in even gaps, each with everything that follows it: five records in three logs, and two loads that change. */
export class Workload {
  readonly #world: ScaleWorld;
  readonly #random: () => number;
  readonly #rate: number;
  #isOver = false;
  events = 0;
  /** Records written, and their bytes as the archive holds them. */
  records = 0;

  constructor(options: { readonly eventsPerSecond: number; readonly random: () => number }, world: ScaleWorld) {
    this.#world = world;
    this.#random = options.random;
    this.#rate = options.eventsPerSecond;
  }

  start(): void {
    if (this.#rate > 0) this.#next();
  }

  stop(): void {
    this.#isOver = true;
  }

  #next(): void {
    this.#world.clock.after(1_000 / this.#rate, () => {
      if (this.#isOver) return;
      this.events += 1;
      void this.#tell(this.events);
      this.#next();
    });
  }

  async #tell(number: number): Promise<void> {
    const id = eventIdOf('github', randomUUID());
    const owner = this.#one('orchestrator');
    const general = this.#one('general');
    const eventId = { eventId: id, slot: slotOf('code-review-general', general.card.cluster) };
    const event = pullRequestEvent({}, { id, correlationid: id });
    await this.#write(this.#one('aggregator'), { v: 1, type: 'event', at: at(number), event, mac: 'f'.repeat(64) });
    await this.#pass(DECIDED_MS);
    const ranked = Array.from({ length: CANDIDATES }, () => this.#one('general').card.peer);
    await this.#write(owner, { ...distributionRecord(number, ranked), eventId: id });
    await this.#pass(ACCEPTED_MS);
    this.#load(general, 1);
    await this.#write(general, { ...acceptedRecord(number, { owner: owner.card.peer }), ...eventId, attempt: 1 });
    await this.#pass(DONE_MS);
    this.#load(general, -1);
    await this.#write(general, { ...doneRecord(number), ...eventId });
    await this.#pass(SETTLED_MS);
    await this.#write(owner, { ...settledRecord(number), eventId: id });
  }

  async #write(node: ScaleNode, record: MeshRecord): Promise<void> {
    this.records += 1;
    await node.replica.append(record);
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#world.clock.after(ms, resolve));
  }

  #load(node: ScaleNode, by: number): void {
    node.running += by;
    node.announcer.changed();
  }

  #one(role: 'aggregator' | 'orchestrator' | 'general'): ScaleNode {
    const nodes = this.#world.having(role);
    return nodes[Math.floor(this.#random() * nodes.length)] as ScaleNode;
  }
}

function at(number: number): number {
  return 1_767_225_600_000 + number;
}
