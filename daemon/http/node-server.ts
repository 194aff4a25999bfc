import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { MeshError } from '../../protocols/errors.ts';
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

export const HTTP_LIMITS: HttpLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  keepAliveMs: 30_000,
  checkMs: 1_000,
  connections: 1_000,
  graceMs: 5_000,
};

/** Answers a request itself and says so, or leaves it to the next. */
export type Front = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface NodeServerParts {
  readonly limits: HttpLimits;
  /** Looks at every request first. */
  readonly front?: Front | undefined;
  /** Gets what the front leaves. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Whoever goes on sending over one connection is then told that this was the last answer on it. */
  readonly isStopping: () => boolean;
}

/** A server of Node within limits, with our problems for what is no HTTP. */
export function createNodeServer({ limits, front, handle, isStopping }: NodeServerParts): Server {
  const answerFirst = (request: IncomingMessage, response: ServerResponse): boolean => {
    if (isStopping()) response.shouldKeepAlive = false;
    return front?.(request, response) ?? false;
  };
  const server = createServer(
    {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: limits.checkMs,
      noDelay: true,
    },
    (request, response) => answerFirst(request, response) || handle(request, response),
  );
  server.maxConnections = limits.connections;
  // A sender that asks first whether its body is wanted: the front may refuse it unread, the routes take it.
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    if (answerFirst(request, response)) return;
    response.writeContinue();
    handle(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseGarbage(error, socket, limits));
  return server;
}

/** What came in is no HTTP request, or took too long to become one. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex, { requestMs }: HttpLimits): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const late = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const problem = late
    ? new MeshError('body-too-slow', { ms: requestMs })
    : new MeshError('request-invalid', { problem: error.message });
  socket.end(rawProblem(problem), () => socket.destroy());
}
