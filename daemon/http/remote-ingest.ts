import type { EventId } from '../../protocols/ids.ts';
import type { Delivery, Ingest, Outcome, Source } from '../../roles/ports/ingest.ts';
import type { Deliveries } from './listener-messages.ts';

interface Waiting {
  readonly eventId: EventId | undefined;
  readonly resolve: (outcome: Outcome) => void;
}

export interface RemoteIngestParts {
  readonly send: (deliveries: Deliveries, handedOver: readonly ArrayBuffer[]) => void;
}

/** The ingest as a listener thread sees it: what one turn of the event loop brings goes to the main thread as one message. */
export class RemoteIngest implements Pick<Ingest, 'admit' | 'closed'> {
  closed: string | undefined;
  readonly #send: RemoteIngestParts['send'];
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  #sources: Source[] = [];
  #lengths: number[] = [];
  #records: Uint8Array[] = [];
  #others: Delivery[] = [];
  #bytes = 0;

  constructor({ send }: RemoteIngestParts) {
    this.#send = send;
  }

  admit(delivery: Delivery, source: Source): Promise<Outcome> {
    if (this.#sources.push(source) === 1) setImmediate(() => this.#flush());
    const written = delivery.status === 'event' ? delivery.written : undefined;
    if (written === undefined) {
      this.#lengths.push(0);
      this.#others.push(delivery);
    } else {
      this.#lengths.push(written.bytes.length);
      this.#records.push(written.bytes);
      this.#bytes += written.bytes.length;
    }
    const eventId = delivery.status === 'event' ? delivery.event.id : undefined;
    return new Promise((resolve) => this.#waiting.set(this.#next++, { eventId, resolve }));
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
  }

  #flush(): void {
    const records = new Uint8Array(this.#bytes);
    let at = 0;
    for (const record of this.#records) {
      records.set(record, at);
      at += record.length;
    }
    const first = this.#next - this.#sources.length;
    const { buffer } = records;
    this.#send(
      { type: 'deliveries', first, sources: this.#sources, lengths: this.#lengths, records, others: this.#others },
      [buffer],
    );
    this.#sources = [];
    this.#lengths = [];
    this.#records = [];
    this.#others = [];
    this.#bytes = 0;
  }
}
