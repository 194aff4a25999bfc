import type { EventId } from '../../protocols/ids.ts';
import type { Delivery, Ingest, Outcome, Source } from '../../roles/ports/ingest.ts';
import type { Deliveries } from './listener-messages.ts';

interface Waiting {
  readonly eventId: EventId | undefined;
  readonly resolve: (outcome: Outcome) => void;
}

export interface RemoteIngestParts {
  readonly send: (deliveries: Deliveries) => void;
}

/**
 * So many are sent without waiting for anything, while more bodies are read. With all of a turn of the event loop in one message
 * the threads would take turns, and with fewer the messages and the small commit groups they make would cost more than that gains.
 */
const ENOUGH = 32;

/** Fewer wait for the answer to those before, but not for longer than this: with `ack: peer` an answer may take seconds. */
const HOLD_MS = 4;

/**
 * The ingest as a listener thread sees it. Deliveries go to the main thread in few messages: what a turn of the event loop brought,
 * when nothing is on its way there, and else once enough has come together, or what was sent before is answered.
 */
export class RemoteIngest implements Pick<Ingest, 'admit' | 'closed'> {
  closed: string | undefined;
  readonly #send: RemoteIngestParts['send'];
  /** By number. */
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #batch = new Batch();
  #endOfTurn: NodeJS.Immediate | undefined;
  #endOfHold: NodeJS.Timeout | undefined;

  constructor({ send }: RemoteIngestParts) {
    this.#send = send;
  }

  admit(delivery: Delivery, source: Source): Promise<Outcome> {
    const eventId = delivery.status === 'event' ? delivery.event.id : undefined;
    const number = this.#next++;
    this.#batch.add(delivery, source);
    const outcome = new Promise<Outcome>((resolve) => this.#waiting.set(number, { eventId, resolve }));
    if (this.#batch.count >= ENOUGH) this.#flush();
    else this.#lookAtEndOfTurn();
    return outcome;
  }

  /** @param outcomes 0 stands for accepted */
  answer(numbers: readonly number[], outcomes: readonly (Outcome | 0)[]): void {
    for (const [i, number] of numbers.entries()) {
      const waiting = this.#waiting.get(number);
      const outcome = outcomes[i];
      if (waiting === undefined || outcome === undefined) continue;
      this.#waiting.delete(number);
      waiting.resolve(outcome === 0 ? { status: 'accepted', eventId: waiting.eventId as EventId } : outcome);
    }
    this.#lookAtEndOfTurn();
  }

  #lookAtEndOfTurn(): void {
    this.#endOfTurn ??= setImmediate(() => {
      this.#endOfTurn = undefined;
      const isAnythingSent = this.#waiting.size > this.#batch.count;
      if (!isAnythingSent) this.#flush();
      else if (this.#batch.count > 0) this.#endOfHold ??= setTimeout(() => this.#flush(), HOLD_MS);
    });
  }

  #flush(): void {
    clearTimeout(this.#endOfHold);
    this.#endOfHold = undefined;
    if (this.#batch.count === 0) return;
    this.#send(this.#batch.message(this.#next - this.#batch.count));
    this.#batch = new Batch();
  }
}

/** What becomes one message. */
class Batch {
  readonly #sources: Source[] = [];
  readonly #lengths: number[] = [];
  readonly #records: Uint8Array[] = [];
  readonly #others: Delivery[] = [];
  #bytes = 0;

  get count(): number {
    return this.#sources.length;
  }

  add(delivery: Delivery, source: Source): void {
    // With the whole body beside it, which is rare, it goes as it is.
    const written = delivery.status === 'event' && delivery.whole === undefined ? delivery.written : undefined;
    this.#sources.push(source);
    this.#lengths.push(written?.bytes.length ?? 0);
    if (written === undefined) this.#others.push(delivery);
    else {
      this.#records.push(written.bytes);
      this.#bytes += written.bytes.length;
    }
  }

  message(first: number): Deliveries {
    // In memory of its own: of a part of a larger one the whole would be copied.
    const records = Buffer.allocUnsafeSlow(this.#bytes);
    let at = 0;
    for (const record of this.#records) {
      records.set(record, at);
      at += record.length;
    }
    return { type: 'deliveries', first, sources: this.#sources, lengths: this.#lengths, records, others: this.#others };
  }
}
