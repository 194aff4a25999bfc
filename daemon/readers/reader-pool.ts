import { MeshError } from '../../protocols/errors.ts';
import type { Delivery, DeliveryRequest } from '../../roles/ports/ingest.ts';
import { ReaderThread, type ReaderThreadOptions } from './reader-thread.ts';

export interface ReaderPoolOptions extends ReaderThreadOptions {
  /** Default 1: one reader keeps up with one HTTP listener. Each takes some 30 MB. */
  readonly threads?: number;
  /** Bodies that may wait for a reader; above it 503. Default 256 MiB. */
  readonly maxBytes?: number;
}

const MAX_BYTES = 256 * 1024 * 1024;

/**
 * Verifies, parses and normalises webhooks beside the thread that does everything else: for a body of 14 kB that is more
 * work than taking it off the network or storing it. A thread that dies fails what it was reading, and is replaced.
 */
export class ReaderPool {
  readonly #options: ReaderPoolOptions;
  readonly #threads: ReaderThread[];
  #stopped = false;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
    this.#threads = Array.from({ length: options.threads ?? 1 }, () => this.#open());
  }

  /** Rejects with a MeshError: `overloaded`, or `internal` where the thread died over it. */
  async read(request: DeliveryRequest): Promise<Delivery> {
    if (this.#stopped) throw new MeshError('overloaded', { reason: 'the readers are stopped' });
    const { maxBytes = MAX_BYTES } = this.#options;
    const waiting = this.#threads.reduce((sum, { bytes }) => sum + bytes, 0);
    if (waiting + request.body.length > maxBytes) {
      throw new MeshError('overloaded', { reason: 'too many webhooks wait to be read' });
    }
    return this.#leastLoaded().read(request);
  }

  /** What is still being read is refused as `overloaded`. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#threads.map((thread) => thread.stop()));
  }

  #leastLoaded(): ReaderThread {
    const at = this.#threads.reduce((best, { bytes }, i) => (bytes < (this.#threads[best]?.bytes ?? 0) ? i : best), 0);
    const thread = this.#threads[at];
    if (thread !== undefined && !thread.hasFailed) return thread;
    const fresh = this.#open();
    this.#threads[at] = fresh;
    return fresh;
  }

  #open(): ReaderThread {
    return new ReaderThread(this.#options);
  }
}
