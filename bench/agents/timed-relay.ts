import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { monotonicMs } from '../monotonic.ts';

/** One request and its answer; monotonic milliseconds. */
export interface Passed {
  readonly method: string;
  readonly path: string;
  /** When its last byte had come, and when the first of the answer went back. */
  readonly at: number;
  readonly until: number;
}

/** Hands every request on to a server and notes how long that took. */
export class TimedRelay {
  readonly #target: string;
  readonly #server = createServer((incoming, outgoing) => this.#pass(incoming, outgoing));
  readonly #listeners = new Set<(passed: Passed) => void>();
  #passed: Passed[] = [];

  /** @param target base address without a path */
  constructor(target: string) {
    this.#target = target;
  }

  /** @returns its base address */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** What was answered since it was asked last. */
  take(): readonly Passed[] {
    return this.#passed.splice(0);
  }

  /** The next answered request of that kind. */
  next(is: (passed: Passed) => boolean): Promise<Passed> {
    return new Promise((resolve) => {
      const listener = (passed: Passed) => {
        if (!is(passed)) return;
        this.#listeners.delete(listener);
        resolve(passed);
      };
      this.#listeners.add(listener);
    });
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = 'GET', url: path = '/', headers } = incoming;
    let at = 0;
    const onward = request(new URL(path, this.#target), { method, headers }, (answer) => {
      const passed = { method, path, at, until: monotonicMs() };
      this.#passed.push(passed);
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      for (const listener of [...this.#listeners]) listener(passed);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.on('end', () => (at = monotonicMs()));
    incoming.pipe(onward);
  }
}
