import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MeshError } from '../../protocols/errors.ts';
import type { Logger, Meter } from '../../roles/ports/runtime.ts';
import { type App, createApp, type Routes } from './app.ts';
import type { Authenticate } from './auth.ts';
import { type Address, closeServer, listen } from './listen.ts';
import { rawProblem } from './raw-problem.ts';

/** What one client can take from the others is bounded here. Milliseconds. */
export interface HttpLimits {
  /** All headers must be here by then: a slow one holds a connection, not a thread. Default 10 s. */
  readonly headersMs: number;
  /** The whole request must be here by then. Webhooks have a shorter deadline of their own. Default 30 s. */
  readonly requestMs: number;
  /** How long a connection waits for its next request. Longer saves handshakes and holds more sockets. Default 30 s. */
  readonly keepAliveMs: number;
  /** How often the first two are looked at. Default 1 s. */
  readonly checkMs: number;
  /** Open connections; more are closed at once. Default 1 000. */
  readonly connections: number;
  /** What a request that runs at the stop may still take. Default 5 s. */
  readonly graceMs: number;
}

const DEFAULT_LIMITS: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 30_000,
  checkMs: 1_000,
  connections: 1_000,
  graceMs: 5_000,
};

export interface HttpServerOptions {
  /** What the server is for: `aggregator`, `orchestrator`, `general`, `operator socket`. In errors, logs and its description. */
  readonly surface: string;
  readonly address: Address;
  /** Of the build. */
  readonly version: string;
  readonly limits?: Partial<HttpLimits>;
}

/** Answers a request itself and says so, or leaves it to the routes. */
export type Front = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface HttpServerParts {
  readonly routes: readonly Routes[];
  readonly authenticate: Authenticate;
  readonly log: Logger;
  readonly meter: Meter;
  /** Looks at every request first. */
  readonly front?: Front;
}

/** One HTTP server: of a role, or of the operator on its unix socket. */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #parts: HttpServerParts;
  readonly #limits: HttpLimits;
  readonly #app: App;
  #url: string | undefined;
  #stopping = false;

  constructor(options: HttpServerOptions, parts: HttpServerParts) {
    this.#options = options;
    this.#parts = parts;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    const { surface, version } = options;
    this.#app = createApp({ surface, version }, { ...parts, createServer: (handle) => this.#createServer(handle) });
  }

  /** Where it answers, e.g. `http://127.0.0.1:8086`, or the path of its socket; undefined before the start. */
  get url(): string | undefined {
    return this.#url;
  }

  /** @throws MeshError `port-in-use`, `address-unusable` or `socket-unusable`. */
  async start(): Promise<void> {
    const { surface, address } = this.#options;
    await this.#app.ready();
    this.#url = await listen(this.#app.server, address, surface);
    this.#parts.log.info({ surface, url: this.#url }, 'listening');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = closeServer(this.#app.server, this.#limits.graceMs);
    // Ends the live streams; requests that run are waited for by closeServer.
    await this.#app.close();
    await closed;
  }

  #createServer(handle: (request: IncomingMessage, response: ServerResponse) => void): Server {
    const { front } = this.#parts;
    const answerFirst = (request: IncomingMessage, response: ServerResponse): boolean => {
      // Whoever goes on sending over one connection is told that this was the last answer on it.
      if (this.#stopping) response.shouldKeepAlive = false;
      return front?.(request, response) ?? false;
    };
    const server = createServer(
      {
        headersTimeout: this.#limits.headersMs,
        requestTimeout: this.#limits.requestMs,
        keepAliveTimeout: this.#limits.keepAliveMs,
        connectionsCheckingInterval: this.#limits.checkMs,
        noDelay: true,
      },
      (request, response) => answerFirst(request, response) || handle(request, response),
    );
    server.maxConnections = this.#limits.connections;
    // A sender that asks first whether its body is wanted: the front may refuse it unread, the routes take it.
    server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (answerFirst(request, response)) return;
      response.writeContinue();
      handle(request, response);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => this.#refuseGarbage(error, socket));
    return server;
  }

  /** What came in is no HTTP request, or took too long to become one. */
  #refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
    const problem = late
      ? new MeshError('body-too-slow', { ms: this.#limits.requestMs })
      : new MeshError('request-invalid', { problem: error.message });
    socket.end(rawProblem(problem), () => socket.destroy());
  }
}
