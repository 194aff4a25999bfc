import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId } from '../../protocols/ids.ts';
import type { MeshRecord } from '../../protocols/record.ts';
import type { Committed } from '../ports/journal.ts';
import { foldStory } from '../replica/fold-story.ts';
import { eventIdOfRecord, type Fact } from '../replica/story.ts';
import type { EventWorker } from './event-worker.ts';
import type { OpenEvent, OpenEvents } from './open-events.ts';

export interface AheadParts {
  readonly events: OpenEvents;
  readonly worker: Pick<EventWorker, 'decideAhead' | 'endAhead'>;
  /** This node decides about it, and it is the next of its subject. */
  readonly mayDecide: (event: MeshEvent) => boolean;
  /** This node decides about it, and is not at work on it. */
  readonly mayEnd: (event: OpenEvent) => boolean;
}

/**
 * What the owner of an event writes in one group with that which it follows from: the decision with the event, and its end with
 * the last result. One sync less on the way there and one on the way back; what goes wrong is left to the steps that follow the
 * commit.
 */
export class Ahead {
  readonly #parts: AheadParts;

  constructor(parts: AheadParts) {
    this.#parts = parts;
  }

  recordsFor(entries: readonly Committed[]): MeshRecord[] {
    const records: MeshRecord[] = [];
    const subjects = new Set<string>();
    for (const [id, facts] of factsByEvent(entries)) {
      const known = this.#parts.events.get(id);
      const record = known === undefined ? this.#decision(facts, subjects) : this.#end(known, facts);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  /** @param subjects those of this group: of one subject only the first is decided here */
  #decision([fact, ...more]: readonly Fact[], subjects: Set<string>): MeshRecord | undefined {
    if (fact?.record.type !== 'event' || more.length > 0) return undefined;
    const { event, at } = fact.record;
    if (subjects.has(event.subject)) return undefined;
    subjects.add(event.subject);
    return this.#parts.mayDecide(event) ? this.#parts.worker.decideAhead(event, at) : undefined;
  }

  #end(event: OpenEvent, facts: readonly Fact[]): MeshRecord | undefined {
    if (!facts.some(({ record }) => record.type === 'done') || !this.#parts.mayEnd(event)) return undefined;
    return this.#parts.worker.endAhead(event, foldStory(event.id, [...this.#parts.events.factsOf(event), ...facts]));
  }
}

function factsByEvent(entries: readonly Committed[]): Map<EventId, Fact[]> {
  const byEvent = new Map<EventId, Fact[]>();
  for (const { position, decoded } of entries) {
    const id = decoded.ok ? eventIdOfRecord(decoded.record) : undefined;
    if (id === undefined || !decoded.ok) continue;
    const facts = byEvent.get(id);
    if (facts === undefined) byEvent.set(id, [{ position, record: decoded.record }]);
    else facts.push({ position, record: decoded.record });
  }
  return byEvent;
}
