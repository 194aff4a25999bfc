import type { ServerResponse } from 'node:http';

/** A comment now and then keeps proxies from closing a quiet stream, and shows a reader that the daemon lives. */
const HEARTBEAT_MS = 15_000;
/** A reader that is this far behind is let go: it may read what it missed from `GET /events`. */
const BACKLOG_BYTES = 1024 * 1024;

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Tells nginx not to hold lines back.
  'x-accel-buffering': 'no',
};

/** Sends one message to a reader. */
export type SendLine = (id: string, line: object) => void;

/** Open streams of server-sent events. */
export class EventStreams {
  readonly #heartbeatMs: number;
  readonly #open = new Set<ServerResponse>();

  constructor(options: { readonly heartbeatMs?: number } = {}) {
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
  }

  /**
   * Sends until the reader leaves, falls too far behind, or `end` is called.
   * @param follow subscribes and returns what ends the subscription
   */
  open(response: ServerResponse, follow: (send: SendLine) => () => void): void {
    response.writeHead(200, HEADERS);
    response.write(': connected\n\n');
    this.#open.add(response);
    const heartbeat = setInterval(() => response.write(': alive\n\n'), this.#heartbeatMs);
    const unfollow = follow((id, line) => {
      response.write(`id: ${id}\ndata: ${JSON.stringify(line)}\n\n`);
      if (response.writableLength > BACKLOG_BYTES) response.destroy();
    });
    response.once('close', () => {
      this.#open.delete(response);
      clearInterval(heartbeat);
      unfollow();
    });
  }

  /** Ends every stream in order, so that readers see the end and not a broken connection. */
  end(): void {
    for (const response of this.#open) response.end();
  }
}
