import type { MeshEvent } from '../../protocols/event.ts';
import { comparePositions, type EventId, type PeerId, type Position, type SlotId } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Journal } from '../ports/journal.ts';
import type { Tables } from '../ports/tables.ts';
import { foldStory } from '../replica/fold-story.ts';
import { positionKey } from '../replica/projection.ts';
import { loadFacts } from '../replica/stories.ts';
import type { Fact, Story } from '../replica/story.ts';

/** How a slot ends that nobody does: as a dead letter, or made needless by another event. */
export type Ending =
  | { readonly type: 'dead'; readonly reason: string }
  | { readonly type: 'superseded'; readonly by: EventId };

/** An event that is not settled. Its records are a cache: they can always be read again. */
export interface OpenEvent {
  readonly id: EventId;
  /** Absent until its body was read. */
  subject?: string;
  /** Undefined also while no orchestrator is known. */
  owner?: PeerId | undefined;
  /** Monotonic milliseconds before which this node only watches. */
  actFrom: number;
  readonly facts: Map<string, Fact>;
  /** Are `facts` all there are here? */
  isComplete: boolean;
  /** Set while they are being read. */
  loading?: Promise<void> | undefined;
  /** A decision is to be made again. */
  replan: boolean;
  /** Slots that are to end undone, and why. */
  readonly endings: Map<SlotId, Ending>;
  isQueued: boolean;
  isRunning: boolean;
}

export interface OpenEventsParts {
  readonly journal: Journal;
  readonly tables: Tables;
}

/** Records of so many events stay in memory: about 10 kB each. More saves reads while many events are under way. */
const CACHED_EVENTS = 2_000;

/** The events that are not settled, with their records at hand while they are worked on. */
export class OpenEvents {
  readonly #parts: OpenEventsParts;
  readonly #events = new Map<EventId, OpenEvent>();
  /** Events with records in memory, the longest unused first. */
  readonly #cached = new Set<OpenEvent>();

  constructor(parts: OpenEventsParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#events.size;
  }

  get(id: EventId): OpenEvent | undefined {
    return this.#events.get(id);
  }

  all(): IterableIterator<OpenEvent> {
    return this.#events.values();
  }

  /** @param isComplete no record about it can lie here already */
  open(id: EventId, isComplete: boolean): OpenEvent {
    const event: OpenEvent = {
      id,
      actFrom: 0,
      facts: new Map(),
      isComplete,
      replan: false,
      endings: new Map(),
      isQueued: false,
      isRunning: false,
    };
    this.#events.set(id, event);
    return event;
  }

  close(event: OpenEvent): void {
    this.#events.delete(event.id);
    this.#cached.delete(event);
  }

  add(event: OpenEvent, position: Position, record: MeshRecord): void {
    event.facts.set(positionKey(position), { position, record });
    this.#touch(event);
  }

  /** Drops the records from memory, unless they are being read just now. */
  forget(event: OpenEvent): void {
    if (event.loading !== undefined) return;
    event.facts.clear();
    event.isComplete = false;
    this.#cached.delete(event);
  }

  async storyOf(event: OpenEvent): Promise<Story> {
    await this.#complete(event);
    return foldStory(event.id, this.factsOf(event));
  }

  /** The copy of its body that counts (I2). */
  async bodyOf(event: OpenEvent): Promise<MeshEvent | undefined> {
    await this.#complete(event);
    const copies = this.factsOf(event).sort((a, b) => comparePositions(a.position, b.position));
    for (const { record } of copies) if (record.type === 'event') return record.event;
    return undefined;
  }

  factsOf(event: OpenEvent): Fact[] {
    return [...event.facts.values()];
  }

  async #complete(event: OpenEvent): Promise<void> {
    this.#touch(event);
    while (!event.isComplete) {
      event.loading ??= this.#load(event);
      await event.loading;
    }
  }

  /** What is committed meanwhile comes by `add`; what comes both ways is the same. */
  async #load(event: OpenEvent): Promise<void> {
    try {
      for (const fact of await loadFacts(event.id, this.#parts)) event.facts.set(positionKey(fact.position), fact);
      event.isComplete = true;
    } finally {
      event.loading = undefined;
    }
  }

  #touch(event: OpenEvent): void {
    if (this.#events.get(event.id) !== event) return;
    this.#cached.delete(event);
    this.#cached.add(event);
    for (const oldest of this.#cached) {
      if (this.#cached.size <= CACHED_EVENTS) return;
      if (oldest !== event && !oldest.isRunning) this.forget(oldest);
    }
  }
}
