import { Worker } from 'node:worker_threads';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import type { Delivery, DeliveryOptions, DeliveryRequest } from '../../roles/ports/ingest.ts';

/**
 * Requests sent at once. More saves wake-ups, fewer keep both threads busy: with large groups the main thread waits while
 * the other one reads, and then the other way round.
 */
const GROUP = 4;

export interface ReaderThreadOptions {
  /** A module that answers each list of requests with the list of what they are. */
  readonly entry: URL;
  readonly delivery: DeliveryOptions;
  /** Names in lower case; others do not travel along. */
  readonly headers: readonly string[];
}

interface Waiting {
  readonly bytes: number;
  readonly resolve: (delivery: Delivery) => void;
  readonly reject: (error: MeshError) => void;
}

/** One worker thread that reads deliveries, in the order in which it got them. */
export class ReaderThread {
  readonly #worker: Worker;
  readonly #headers: readonly string[];
  /** Not sent yet. */
  #requests: DeliveryRequest[] = [];
  #waiting: Waiting[] = [];
  #bytes = 0;
  #failure: MeshError | undefined;

  constructor({ entry, delivery, headers }: ReaderThreadOptions) {
    this.#headers = headers;
    this.#worker = new Worker(entry, { workerData: delivery });
    this.#worker.on('message', (deliveries: readonly Delivery[]) => this.#settle(deliveries));
    this.#worker.on('error', (error) => this.#fail(`the reader thread failed: ${messageOf(error)}`));
    this.#worker.on('exit', (code) => this.#fail(`the reader thread ended with ${code}`));
    // After the listeners, which would hold the process again: an idle reader keeps nobody alive.
    this.#worker.unref();
  }

  /** Bodies that wait here or are being read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** It ended by itself and takes nothing more. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** The body is handed over where that is possible, and then is empty here. */
  read(request: DeliveryRequest): Promise<Delivery> {
    if (this.#failure) return Promise.reject(this.#failure);
    const body = ownBytes(request.body);
    return new Promise((resolve, reject) => {
      this.#bytes += body.length;
      this.#waiting.push({ bytes: body.length, resolve, reject });
      const { source, receivedAt } = request;
      const count = this.#requests.push({ source, receivedAt, body, headers: this.#pick(request.headers) });
      if (count === 1) setImmediate(() => this.#send());
      if (count === GROUP) this.#send();
    });
  }

  async stop(): Promise<void> {
    this.#failure ??= new MeshError('overloaded', { reason: 'the readers are stopped' });
    await this.#worker.terminate();
  }

  #send(): void {
    if (this.#requests.length === 0 || this.#failure) return;
    const requests = this.#requests;
    this.#requests = [];
    // Handed over instead of copied: half of what the way to the thread costs otherwise, and no second copy to collect.
    this.#worker.postMessage(
      requests,
      requests.map(({ body }) => body.buffer as ArrayBuffer),
    );
  }

  #pick(headers: DeliveryRequest['headers']): DeliveryRequest['headers'] {
    return Object.fromEntries(this.#headers.map((name) => [name, headers[name]]));
  }

  #settle(deliveries: readonly Delivery[]): void {
    const waiting = this.#waiting.splice(0, deliveries.length);
    for (const [i, { bytes, resolve }] of waiting.entries()) {
      this.#bytes -= bytes;
      resolve(deliveries[i] as Delivery);
    }
  }

  #fail(problem: string): void {
    this.#failure ??= new MeshError('internal', { problem });
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
    this.#requests = [];
    this.#bytes = 0;
  }
}

/** Bytes that are alone in their memory: what belongs to somebody else must not be handed over with it. */
function ownBytes(body: Uint8Array): Uint8Array {
  return body.byteLength === body.buffer.byteLength ? new Uint8Array(body.buffer) : new Uint8Array(body);
}
