import { randomBytes, randomInt } from 'node:crypto';
import { createServer } from 'node:http';
import type { MeshError } from '../../protocols/errors.ts';
import type { Ingest } from '../../roles/ports/ingest.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import { closeServer, listen, type TcpAddress } from './listen.ts';
import type { FromListener, ListenerSettings } from './listener-messages.ts';
import { ListenerThread } from './listener-thread.ts';
import { createRateTable } from './rate-table.ts';
import type { HttpServer } from './server.ts';

export interface ListenerPoolOptions {
  /** A module that calls `runListener`. */
  readonly entry: URL;
  readonly address: TcpAddress;
  /** They share the port; the kernel deals connections out. Each takes some 20 MB. Where it cannot, there is one. */
  readonly threads: number;
  readonly settings: Omit<ListenerSettings, 'behind' | 'rateTable'>;
}

export interface ListenerPoolParts {
  readonly ingest: Pick<Ingest, 'admit' | 'closed'>;
  /** The routes: on loopback, and only for whoever has the key. */
  readonly routes: (key: string) => HttpServer;
  readonly runtime: Runtime;
  readonly meter: Meter;
}

const LOOPBACK = '127.0.0.1';
/** How often the threads hear whether anything is taken in. Meanwhile they read bodies that are then refused. */
const LOOK_MS = 250;
/** A thread that dies is replaced; one that dies at once, again and again, must not keep a core busy. */
const REPLACE_MS = 100;
const REPLACE_MAX_MS = 5_000;

/** The port of an aggregator: threads that take webhooks in, and the routes behind them. */
export class ListenerPool {
  readonly #options: ListenerPoolOptions;
  readonly #parts: ListenerPoolParts;
  readonly #settings: Omit<ListenerSettings, 'behind'>;
  readonly #key = randomBytes(32).toString('hex');
  readonly #routes: HttpServer;
  readonly #threads: ListenerThread[] = [];
  #address: TcpAddress;
  #url: string | undefined;
  #closed: string | undefined;
  #replaceMs = REPLACE_MS;
  #stopLooking: () => void = () => {};
  #stopping = false;

  constructor(options: ListenerPoolOptions, parts: ListenerPoolParts) {
    this.#options = options;
    this.#parts = parts;
    this.#address = options.address;
    this.#settings = { ...options.settings, rateTable: createRateTable(randomInt(2 ** 31)) };
    this.#routes = parts.routes(this.#key);
  }

  /** Where it answers; undefined before the start. */
  get url(): string | undefined {
    return this.#url;
  }

  /** Bodies under way, as the threads said last. */
  get bufferedBytes(): number {
    return this.#threads.reduce((sum, { bufferedBytes }) => sum + bufferedBytes, 0);
  }

  /** @throws MeshError `port-in-use` or `address-unusable`. */
  async start(): Promise<void> {
    const { threads, settings } = this.#options;
    await this.#routes.start();
    // Two daemons could share a port without knowing of one another: only one of them can have it alone.
    if (this.#isShared) this.#address = await this.#probe();
    for (let i = 0; i < threads; i++) await this.#open(i);
    this.#look();
    this.#parts.runtime.log.info({ surface: settings.surface, url: this.#url }, 'listening');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopLooking();
    await Promise.all([...this.#threads.map((thread) => thread.stop()), this.#routes.stop()]);
  }

  get #isShared(): boolean {
    return this.#options.threads > 1;
  }

  async #probe(): Promise<TcpAddress> {
    const server = createServer();
    const url = await listen(server, this.#options.address, this.#options.settings.surface);
    await closeServer(server, 0);
    return { ...this.#options.address, port: portOf(url) };
  }

  async #open(i: number): Promise<void> {
    const { ingest, runtime } = this.#parts;
    const behind = { host: LOOPBACK, port: portOf(this.#routes.url ?? ''), key: this.#key };
    const thread = new ListenerThread(
      this.#options.entry,
      { ...this.#settings, behind },
      {
        ingest,
        log: runtime.log,
        measured: (told) => this.#measure(told),
        died: (error) => this.#replace(i, error),
      },
    );
    this.#threads[i] = thread;
    const { url, port } = await thread.listen(this.#address, this.#isShared);
    thread.close(this.#closed);
    this.#address = { ...this.#address, port };
    this.#url = url;
  }

  #replace(i: number, error: MeshError): void {
    const { runtime } = this.#parts;
    runtime.log.error({ error, thread: i }, 'a listener thread died');
    if (this.#stopping || this.#url === undefined) return;
    runtime.after(this.#replaceMs, () => {
      if (this.#stopping) return;
      void this.#open(i).catch((error: MeshError) => this.#replace(i, error));
    });
    this.#replaceMs = Math.min(this.#replaceMs * 2, REPLACE_MAX_MS);
  }

  #look(): void {
    const { ingest, runtime } = this.#parts;
    if (ingest.closed !== this.#closed) {
      this.#closed = ingest.closed;
      for (const thread of this.#threads) thread.close(this.#closed);
    }
    this.#stopLooking = runtime.after(LOOK_MS, () => this.#look());
  }

  #measure({ counted, observed }: Extract<FromListener, { type: 'measured' }>): void {
    const { meter } = this.#parts;
    for (const { name, labels, by } of counted) meter.count(name, labels as never, by);
    for (const { name, labels, values } of observed) {
      for (const value of values) meter.observe(name, value, labels as never);
    }
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}
