import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger, Meter } from '../../roles/ports/runtime.ts';
import { type App, createApp, type Routes } from './app.ts';
import type { Authenticate } from './auth.ts';
import { takeForwarded } from './forwarded.ts';
import { type Address, closeServer, listen } from './listen.ts';
import { createNodeServer, type Front, HTTP_LIMITS, type HttpLimits } from './node-server.ts';

export interface HttpServerOptions {
  /** What the server is for: `aggregator`, `orchestrator`, `general`, `operator socket`. In errors, logs and its description. */
  readonly surface: string;
  readonly address: Address;
  /** Of the build. */
  readonly version: string;
  readonly limits?: Partial<HttpLimits>;
  /** Only listeners of this node may ask, who have this key. */
  readonly key?: string;
}

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
    this.#limits = { ...HTTP_LIMITS, ...options.limits };
    const { surface, version } = options;
    this.#app = createApp({ surface, version }, { ...parts, createServer: (handle) => this.#createServer(handle) });
  }

  /** Where it answers, e.g. `http://127.0.0.1:8086`, or the path of its socket; undefined before the start. */
  get url(): string | undefined {
    return this.#url;
  }

  /** @throws MeshError `port-in-use`, `address-unusable` or `socket-unusable`. */
  async start(): Promise<void> {
    const { surface, address, key } = this.#options;
    const { log } = this.#parts;
    await this.#app.ready();
    this.#url = await listen(this.#app.server, address, surface);
    if (key === undefined) log.info({ surface, url: this.#url }, 'listening');
    else log.debug({ surface, url: this.#url }, 'listening behind the listeners');
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const closed = closeServer(this.#app.server, this.#limits.graceMs);
    // Ends the live streams; requests that run are waited for by closeServer.
    await this.#app.close();
    await closed;
  }

  #createServer(handle: (request: IncomingMessage, response: ServerResponse) => void) {
    const { key } = this.#options;
    const { front = key === undefined ? undefined : refuseStrangers(key) } = this.#parts;
    return createNodeServer({ limits: this.#limits, front, handle, isStopping: () => this.#stopping });
  }
}

function refuseStrangers(key: string): Front {
  return (request) => {
    if (takeForwarded(request, key)) return false;
    request.socket.destroy();
    return true;
  };
}
