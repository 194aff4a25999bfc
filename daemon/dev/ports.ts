import { createServer } from 'node:net';

/** Below Linux's ephemeral range (32768…60999), so that no outgoing connection takes a port between the probe and its use. */
const FIRST = 20_000;
const COUNT = 12_000;
const TRIES = 200;

/** Hands out loopback ports that were free a moment ago, each one once. */
export class PortPicker {
  readonly #taken = new Set<number>();

  /** `preferred` when it is free, else another one. */
  async pick(preferred?: number): Promise<number> {
    if (preferred !== undefined && (await this.#take(preferred))) return preferred;
    for (let i = 0; i < TRIES; i++) {
      const port = FIRST + Math.floor(Math.random() * COUNT);
      if (await this.#take(port)) return port;
    }
    throw new Error(`no free port found in ${TRIES} tries`);
  }

  async #take(port: number): Promise<boolean> {
    if (this.#taken.has(port) || !(await isFree(port))) return false;
    this.#taken.add(port);
    return true;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
