import { Worker } from 'node:worker_threads';
import { asMeshError, errorOf, MeshError, messageOf } from '../../protocols/errors.ts';
import type { EventRecord } from '../../protocols/record.ts';
import type { Delivery, Ingest, Outcome, Source } from '../../roles/ports/ingest.ts';
import type { Logger } from '../../roles/ports/runtime.ts';
import type { TcpAddress } from './listen.ts';
import type { Deliveries, FromListener, ListenerSettings, ToListener } from './listener-messages.ts';

export interface ListenerThreadParts {
  readonly ingest: Pick<Ingest, 'admit'>;
  readonly log: Logger;
  readonly measured: (told: Extract<FromListener, { type: 'measured' }>) => void;
  /** It ended by itself after it listened. */
  readonly died: (error: MeshError) => void;
}

/** One listener thread, seen from the main thread. */
export class ListenerThread {
  readonly #worker: Worker;
  readonly #parts: ListenerThreadParts;
  #opening: { resolve: (bound: { url: string; port: number }) => void; reject: (error: MeshError) => void } | undefined;
  #stopping: (() => void) | undefined;
  #isOver = false;
  #numbers: number[] = [];
  #outcomes: (Outcome | 0)[] = [];
  bufferedBytes = 0;

  constructor(entry: URL, settings: ListenerSettings, parts: ListenerThreadParts) {
    this.#parts = parts;
    this.#worker = new Worker(entry, { workerData: settings });
    this.#worker.on('message', (message: FromListener) => this.#take(message));
    this.#worker.on('error', (error) => this.#end(`the listener thread failed: ${messageOf(error)}`));
    this.#worker.on('exit', (code) => this.#end(`the listener thread ended with ${code}`));
  }

  /** @throws MeshError `port-in-use` or `address-unusable`. */
  listen(address: TcpAddress, shared: boolean): Promise<{ url: string; port: number }> {
    return new Promise((resolve, reject) => {
      this.#opening = { resolve, reject };
      this.#tell({ type: 'listen', address, shared });
    });
  }

  /** Says why nothing is taken in, so that bodies are refused unread. */
  close(reason: string | undefined): void {
    this.#tell({ type: 'closed', reason });
  }

  /** Takes no more connections, ends what runs, and lets go. */
  async stop(): Promise<void> {
    if (!this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#stopping = resolve;
        this.#tell({ type: 'stop' });
      });
    }
    this.#isOver = true;
    await this.#worker.terminate();
  }

  #take(message: FromListener): void {
    switch (message.type) {
      case 'deliveries':
        this.#admitAll(message);
        break;
      case 'measured':
        this.bufferedBytes = message.bufferedBytes;
        this.#parts.measured(message);
        break;
      case 'log':
        this.#parts.log[message.level](message.facts, message.phrase);
        break;
      case 'listening':
        this.#opening?.resolve(message);
        this.#opening = undefined;
        break;
      case 'failed':
        this.#isOver = true;
        void this.#worker.terminate();
        this.#opening?.reject(errorOf(message.code, message.facts));
        break;
      case 'stopped':
        this.#stopping?.();
        break;
    }
  }

  #admitAll({ first, sources, lengths, records, others }: Deliveries): void {
    let at = 0;
    let other = 0;
    for (const [i, length] of lengths.entries()) {
      const delivery = length === 0 ? others[other++] : eventIn(records.subarray(at, at + length));
      at += length;
      if (delivery !== undefined) void this.#admit(delivery, sources[i] as Source, first + i);
    }
  }

  async #admit(delivery: Delivery, source: Source, number: number): Promise<void> {
    try {
      const outcome = await this.#parts.ingest.admit(delivery, source);
      this.#answer(number, outcome.status === 'accepted' ? 0 : outcome);
    } catch (error) {
      const { code, facts } = asMeshError(error);
      this.#answer(number, { status: 'refused', code, facts });
    }
  }

  /** What one turn of the event loop settles is one message: a commit group settles all its events in one. */
  #answer(number: number, outcome: Outcome | 0): void {
    this.#outcomes.push(outcome);
    if (this.#numbers.push(number) > 1) return;
    setImmediate(() => {
      this.#tell({ type: 'answers', numbers: this.#numbers, outcomes: this.#outcomes });
      this.#numbers = [];
      this.#outcomes = [];
    });
  }

  #tell(message: ToListener): void {
    if (!this.#isOver) this.#worker.postMessage(message);
  }

  #end(problem: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const error = new MeshError('internal', { problem });
    this.#stopping?.();
    // Whoever opens it hears of it there, and only there: it is replaced once.
    if (this.#opening) this.#opening.reject(error);
    else this.#parts.died(error);
  }
}

/** The listener checked and encoded this record: it is read without another check. */
function eventIn(bytes: Uint8Array): Delivery {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  const { at, event, mac } = JSON.parse(text) as EventRecord & { readonly mac: string };
  return { status: 'event', event, mac, written: { at, bytes } };
}
