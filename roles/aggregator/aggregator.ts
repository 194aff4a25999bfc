import { MeshError } from '../../protocols/errors.ts';
import type { EventId, Position } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Delivery, Ingest, IngestStats, Outcome, Refusal, Source } from '../ports/ingest.ts';
import type { Journal } from '../ports/journal.ts';
import type { Meter, Runtime } from '../ports/runtime.ts';
import type { Tables } from '../ports/tables.ts';
import { macId } from '../replica/project-events.ts';
import { getRow } from '../replica/rows.ts';
import { readStats } from './stats.ts';

/**
 * Events that may wait for their sync at once. Each holds about 3 kB; a disk that falls further behind than this answers
 * 503 rather than filling the memory.
 */
const IN_FLIGHT_LIMIT = 4_096;

export interface AggregatorOptions {
  /** Default 4096. */
  readonly inFlightLimit?: number;
}

export interface AggregatorParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

type EventDelivery = Extract<Delivery, { status: 'event' }>;

/** An event on its way to the disk. `stored` says whether it arrived there; it never rejects. */
interface InFlight {
  readonly eventId: EventId;
  readonly stored: Promise<boolean>;
}

/** Takes in what `readDelivery` has verified: once, and acknowledged only when it is synced (I1, I2). */
export class Aggregator implements Ingest {
  readonly #parts: AggregatorParts;
  readonly #inFlightLimit: number;
  /** By both ids of each event. */
  readonly #inFlight = new Map<string, InFlight>();
  readonly #closedFor = new Set<string>();
  readonly #deliveries = { accepted: 0, duplicate: 0, ping: 0, 'not-ours': 0, refused: 0 };

  constructor(options: AggregatorOptions, parts: AggregatorParts) {
    this.#parts = parts;
    this.#inFlightLimit = options.inFlightLimit ?? IN_FLIGHT_LIMIT;
  }

  get closed(): string | undefined {
    const [reason] = this.#closedFor;
    if (reason !== undefined) return reason;
    return this.#inFlight.size >= 2 * this.#inFlightLimit ? 'the disk is behind' : undefined;
  }

  /** Takes nothing in any more, until `open` is called with the same reason: a full disk, leaving. */
  close(reason: string): void {
    this.#closedFor.add(reason);
  }

  open(reason: string): void {
    this.#closedFor.delete(reason);
  }

  /** Resolves once everything that was on its way to the disk has arrived. */
  async drained(): Promise<void> {
    while (this.#inFlight.size > 0) {
      await Promise.all([...this.#inFlight.values()].map(({ stored }) => stored));
    }
  }

  async admit(delivery: Delivery, source: Source): Promise<Outcome> {
    const outcome = delivery.status === 'event' ? await this.#admitEvent(delivery) : delivery;
    this.#deliveries[outcome.status] += 1;
    this.#parts.meter.count('mindmesh_ingest_deliveries_total', { source, outcome: outcome.status });
    if (outcome.status === 'refused') this.#parts.meter.count('mindmesh_ingest_refused_total', { code: outcome.code });
    return outcome;
  }

  stats(): Promise<IngestStats> {
    return readStats(this.#parts.tables, this.#deliveries);
  }

  async #admitEvent(delivery: EventDelivery): Promise<Outcome> {
    const { event, mac } = delivery;
    // A repeat is answered only when the first one is safe. If that one fails, whoever waited tries by itself.
    for (;;) {
      const reason = this.closed;
      if (reason !== undefined) return { status: 'refused', code: 'overloaded', facts: { reason } };
      const first = this.#inFlight.get(event.id) ?? this.#inFlight.get(macId(mac));
      if (first === undefined) break;
      if (await first.stored) return { status: 'duplicate', eventId: first.eventId };
    }
    // No `await` from here until the event is among those in flight, or two copies could both find nothing.
    const { tables } = this.#parts;
    if (getRow(tables, 'ids', event.id) !== undefined) return { status: 'duplicate', eventId: event.id };
    const copy = getRow(tables, 'ids', macId(mac));
    return copy === undefined ? this.#append(delivery) : this.#isCopy(copy, event.id);
  }

  /** The same body came before: answered with the id it has here. */
  async #isCopy(position: Position, otherwise: EventId): Promise<Outcome> {
    const decoded = await this.#parts.journal.read(position);
    const isEvent = decoded?.ok && decoded.record.type === 'event';
    return { status: 'duplicate', eventId: isEvent ? decoded.record.event.id : otherwise };
  }

  async #append({ event, mac }: EventDelivery): Promise<Outcome> {
    const { journal, runtime } = this.#parts;
    const writing = journal.append({ v: WIRE_VERSION, type: 'event', at: runtime.wall(), event, mac });
    const keys = [event.id, macId(mac)];
    const entry = { eventId: event.id, stored: this.#hasStored(writing, keys) };
    for (const key of keys) this.#inFlight.set(key, entry);
    try {
      await writing;
      return { status: 'accepted', eventId: event.id };
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Resolves when the event is no longer in flight, so that whoever waited finds what is stored, or the way free. */
  async #hasStored(writing: Promise<unknown>, keys: readonly string[]): Promise<boolean> {
    try {
      await writing;
      return true;
    } catch {
      // The first answers for its error; a repeat only has to know that it must try by itself.
      return false;
    } finally {
      for (const key of keys) this.#inFlight.delete(key);
    }
  }
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof MeshError)) throw error;
  return { status: 'refused', code: error.code, facts: error.facts };
}
