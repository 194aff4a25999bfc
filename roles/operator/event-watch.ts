import { messageOf } from '../../protocols/errors.ts';
import type { EventId } from '../../protocols/ids.ts';
import type { EventLine } from '../../protocols/operator.ts';
import type { Committed, Journal } from '../ports/journal.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { loadStory } from '../replica/stories.ts';
import { eventIdOfRecord } from '../replica/story.ts';
import { eventLineOfStory } from './event-line.ts';

export interface EventWatchOptions {
  /**
   * Of how many events the state told last is remembered. Default: 1 000. More costs some 100 bytes each; of an event that
   * was forgotten the same state may be told twice.
   */
  readonly remembered?: number;
}

export interface EventWatchParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Pick<Runtime, 'log'>;
}

type Listener = (line: EventLine) => void;

/** Tells who listens of each event that comes in or whose state changes: one line a state, however many records led to it. */
export class EventWatch {
  readonly #remembered: number;
  readonly #parts: EventWatchParts;
  readonly #listeners = new Set<Listener>();
  /** Event → state told last, the one told longest ago first. */
  readonly #told = new Map<EventId, string>();
  /** Events that a record was written about since they were looked at. */
  readonly #due = new Set<EventId>();
  #looking = false;

  constructor({ remembered = 1_000 }: EventWatchOptions, parts: EventWatchParts) {
    this.#remembered = remembered;
    this.#parts = parts;
    parts.journal.onCommit((entries) => this.#note(entries));
  }

  /** The returned function ends it. */
  onEvent(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      // What nobody heard is news to whoever listens next.
      if (this.#listeners.size === 0) this.#told.clear();
    };
  }

  #note(entries: readonly Committed[]): void {
    if (this.#listeners.size === 0) return;
    for (const { decoded } of entries) {
      const eventId = decoded.ok ? eventIdOfRecord(decoded.record) : undefined;
      if (eventId !== undefined) this.#due.add(eventId);
    }
    if (!this.#looking) void this.#look();
  }

  /** One after the other: of two looks at the same event the later one must not be told first. */
  async #look(): Promise<void> {
    this.#looking = true;
    for (const eventId of this.#due) {
      this.#due.delete(eventId);
      try {
        this.#tell(eventLineOfStory(await loadStory(eventId, this.#parts)));
      } catch (error) {
        this.#parts.runtime.log.warn({ eventId, problem: messageOf(error) }, 'event not told');
      }
    }
    this.#looking = false;
  }

  #tell(line: EventLine | undefined): void {
    if (line === undefined || this.#told.get(line.eventId) === line.state) return;
    for (const listener of this.#listeners) listener(line);
    this.#remember(line);
  }

  #remember({ eventId, state }: EventLine): void {
    if (this.#listeners.size === 0) return;
    this.#told.delete(eventId);
    this.#told.set(eventId, state);
    const [oldest] = this.#told.keys();
    if (this.#told.size > this.#remembered && oldest !== undefined) this.#told.delete(oldest);
  }
}
