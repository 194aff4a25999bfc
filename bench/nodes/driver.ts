import { randomUUID } from 'node:crypto';
import type { EventId } from '../../protocols/ids.ts';
import type { Committed } from '../../roles/ports/journal.ts';
import type { Replica } from '../../roles/replica/replica.ts';
import { monotonicMs } from '../monotonic.ts';
import { benchEvent } from './bench-event.ts';
import type { DriveJob, Driven } from './messages.ts';

interface Journey {
  readonly calledAt: number;
  inLogAt: number;
  doneAt: number;
  readonly ended: (settledAt: number) => void;
}

/**
 * Submits events at an orchestrator, and knows the end of each by its records there, as anybody who asks that node would.
 * It lives in the node's process: a submitter needs no connection to anything else.
 */
export class Driver {
  readonly #replica: Replica;
  readonly #journeys = new Map<EventId, Journey>();

  constructor(replica: Replica) {
    this.#replica = replica;
    replica.onCommit((entries) => this.#follow(entries));
  }

  async drive(job: DriveJob): Promise<Driven> {
    const run = randomUUID();
    const start = monotonicMs() + job.warmupSeconds * 1_000;
    const end = start + job.seconds * 1_000;
    const journeys: (Journey & { readonly settledAt: number; readonly id: EventId })[] = [];
    let made = 0;
    const worker = async () => {
      // On a machine that stands still the measured seconds may pass within one task: then the next one counts.
      while (monotonicMs() < end || journeys.length === 0) {
        const journey = await this.#go(`${run}-${made++}`, job.bytes);
        if (journey.calledAt >= start) journeys.push(journey);
      }
    };
    await Promise.all(Array.from({ length: job.inFlight }, worker));
    const seconds = (monotonicMs() - start) / 1_000;
    const each = (of: (journey: (typeof journeys)[number]) => number) => Float64Array.from(journeys, of);
    return {
      seconds,
      total: made,
      roundTrip: each(({ calledAt, doneAt }) => doneAt - calledAt),
      dispatch: each(({ inLogAt, doneAt }) => doneAt - inLogAt),
      whole: each(({ calledAt, settledAt }) => settledAt - calledAt),
      calledAt: new Map(job.inFlight === 1 ? journeys.map(({ id, calledAt }) => [id, calledAt]) : []),
    };
  }

  async #go(name: string, bytes: number) {
    const record = benchEvent({ name, bytes });
    const { id } = record.event;
    const { promise, resolve } = Promise.withResolvers<number>();
    const journey: Journey = { calledAt: monotonicMs(), inLogAt: 0, doneAt: 0, ended: resolve };
    this.#journeys.set(id, journey);
    await this.#replica.append(record);
    return { ...journey, settledAt: await promise, inLogAt: journey.inLogAt, doneAt: journey.doneAt, id };
  }

  #follow(entries: readonly Committed[]): void {
    if (this.#journeys.size === 0) return;
    const now = monotonicMs();
    for (const { decoded } of entries) {
      if (!decoded.ok) continue;
      const { record } = decoded;
      if (record.type === 'event') this.#note(record.event.id, (journey) => (journey.inLogAt = now));
      if (record.type === 'done') this.#note(record.eventId, (journey) => (journey.doneAt = now));
      if (record.type !== 'settled') continue;
      this.#note(record.eventId, (journey) => journey.ended(now));
      this.#journeys.delete(record.eventId);
    }
  }

  #note(id: EventId, note: (journey: Journey) => void): void {
    const journey = this.#journeys.get(id);
    if (journey !== undefined) note(journey);
  }
}
