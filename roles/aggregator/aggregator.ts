import { MeshError } from '../../protocols/errors.ts';
import type { EventId, Position } from '../../protocols/ids.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Copies } from '../ports/copies.ts';
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

/** GitHub waits 10 s for an answer; a node that is up has stored a record within milliseconds (I1). */
const COPY_DEADLINE_MS = 5_000;

export interface AggregatorOptions {
  /** Default 4096. */
  readonly inFlightLimit?: number;
  /** How long another node may take for its copy, milliseconds. Default 5 000. A larger value holds senders longer while nobody is there. */
  readonly copyDeadlineMs?: number;
}

export interface AggregatorParts {
  readonly journal: Journal;
  readonly tables: Tables;
  readonly blobs: Pick<Blobs, 'keep'>;
  readonly runtime: Runtime;
  readonly meter: Meter;
  /** `ack: peer`: nothing is acknowledged before another node has it too. Absent: this disk is enough (`ack: disk`). */
  readonly copies?: Copies;
}

type EventDelivery = Extract<Delivery, { status: 'event' }>;

/** An event on its way to the disk. `stored` says where it arrived, undefined when it did not; it never rejects. */
interface InFlight {
  readonly eventId: EventId;
  readonly stored: Promise<Position | undefined>;
}

type Acknowledged = Extract<Outcome, { status: 'accepted' | 'duplicate' }>;

/** Takes in what `readDelivery` has verified: once, and acknowledged only when it is synced (I1, I2). */
export class Aggregator implements Ingest {
  readonly #parts: AggregatorParts;
  readonly #inFlightLimit: number;
  readonly #copyDeadlineMs: number;
  /** By both ids of each event. */
  readonly #inFlight = new Map<string, InFlight>();
  /** Deliveries on this disk that wait for a copy elsewhere. */
  readonly #uncopied = new Set<Promise<boolean>>();
  readonly #closedFor = new Set<string>();
  readonly #deliveries = { accepted: 0, duplicate: 0, ping: 0, 'not-ours': 0, refused: 0 };

  constructor(options: AggregatorOptions, parts: AggregatorParts) {
    this.#parts = parts;
    this.#inFlightLimit = options.inFlightLimit ?? IN_FLIGHT_LIMIT;
    this.#copyDeadlineMs = options.copyDeadlineMs ?? COPY_DEADLINE_MS;
  }

  get closed(): string | undefined {
    const [reason] = this.#closedFor;
    if (reason !== undefined) return reason;
    if (this.#uncopied.size >= this.#inFlightLimit) return 'the other nodes are behind with their copies';
    return this.#inFlight.size >= 2 * this.#inFlightLimit ? 'the disk is behind' : undefined;
  }

  /** Deliveries that are not acknowledged yet. */
  get waiting(): { readonly disk: number; readonly copy: number } {
    return { disk: this.#inFlight.size / 2, copy: this.#uncopied.size };
  }

  /** Takes nothing in any more, until `open` is called with the same reason: a full disk, leaving. */
  close(reason: string): void {
    this.#closedFor.add(reason);
  }

  open(reason: string): void {
    this.#closedFor.delete(reason);
  }

  /** Resolves once everything that was on its way to a disk has arrived, or will not arrive in time. */
  async drained(): Promise<void> {
    while (this.#inFlight.size + this.#uncopied.size > 0) {
      await Promise.all([...[...this.#inFlight.values()].map(({ stored }) => stored), ...this.#uncopied]);
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

  /** No `await` from the first look until the event is among those in flight, or two copies could both find nothing. */
  #admitEvent(delivery: EventDelivery): Outcome | Promise<Outcome> {
    const { event, mac } = delivery;
    const reason = this.closed;
    if (reason !== undefined) return { status: 'refused', code: 'overloaded', facts: { reason } };
    const first = this.#inFlight.get(event.id) ?? this.#inFlight.get(macId(mac));
    if (first !== undefined) return this.#awaitFirst(first, delivery);
    const { tables } = this.#parts;
    const known = getRow(tables, 'ids', event.id);
    if (known) return this.#acknowledge(known, { status: 'duplicate', eventId: event.id });
    const copy = getRow(tables, 'ids', macId(mac));
    return copy === undefined ? this.#append(delivery) : this.#isCopy(copy, event.id);
  }

  /** A repeat is answered only when the first one is safe. If that one fails, whoever waited tries by itself. */
  async #awaitFirst({ stored, eventId }: InFlight, delivery: EventDelivery): Promise<Outcome> {
    const position = await stored;
    return position ? this.#acknowledge(position, { status: 'duplicate', eventId }) : this.#admitEvent(delivery);
  }

  /** The same body came before: answered with the id it has here. */
  async #isCopy(position: Position, otherwise: EventId): Promise<Outcome> {
    const decoded = await this.#parts.journal.read(position);
    const isEvent = decoded?.ok && decoded.record.type === 'event';
    return this.#acknowledge(position, { status: 'duplicate', eventId: isEvent ? decoded.record.event.id : otherwise });
  }

  /** The record is on this disk. With `ack: peer` nobody hears of it before another node has it too (I1); it stays here either way. */
  #acknowledge(position: Position, outcome: Acknowledged): Outcome | Promise<Outcome> {
    const { copies } = this.#parts;
    return copies === undefined ? outcome : this.#awaitCopy(copies, position, outcome);
  }

  async #awaitCopy(copies: Copies, position: Position, outcome: Acknowledged): Promise<Outcome> {
    const { runtime, meter } = this.#parts;
    const ms = this.#copyDeadlineMs;
    const waiting = copies.stored(position, { peers: 1, withinMs: ms });
    this.#uncopied.add(waiting);
    const started = runtime.monotonic();
    try {
      return (await waiting) ? outcome : { status: 'refused', code: 'copy-missing', facts: { ms } };
    } finally {
      this.#uncopied.delete(waiting);
      meter.observe('mindmesh_ingest_copy_seconds', (runtime.monotonic() - started) / 1_000);
    }
  }

  async #append(delivery: EventDelivery): Promise<Outcome> {
    const { event, mac } = delivery;
    const writing = this.#write(delivery);
    const keys = [event.id, macId(mac)];
    const entry = { eventId: event.id, stored: this.#hasStored(writing, keys) };
    for (const key of keys) this.#inFlight.set(key, entry);
    try {
      return await this.#acknowledge(await writing, { status: 'accepted', eventId: event.id });
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Its body first, where the record holds only a part of it: what a record names has to be there. */
  async #write({ event, mac, written, whole }: EventDelivery): Promise<Position> {
    const { journal, runtime, blobs } = this.#parts;
    const record = { v: WIRE_VERSION, type: 'event', at: written?.at ?? runtime.wall(), event, mac } as const;
    if (whole !== undefined) await blobs.keep(whole, event.id);
    return journal.append(record, written?.bytes);
  }

  /** Resolves when the event is no longer in flight, so that whoever waited finds what is stored, or the way free. */
  async #hasStored(writing: Promise<Position>, keys: readonly string[]): Promise<Position | undefined> {
    try {
      return await writing;
    } catch {
      // The first answers for its error; a repeat only has to know that it must try by itself.
      return undefined;
    } finally {
      for (const key of keys) this.#inFlight.delete(key);
    }
  }
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof MeshError)) throw error;
  return { status: 'refused', code: error.code, facts: error.facts };
}
