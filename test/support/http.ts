import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLog } from '../../daemon/log.ts';
import { createRuntime } from '../../daemon/runtime.ts';
import type { Runtime } from '../../roles/ports/runtime.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The body as JSON. */
  json(): Record<string, unknown>;
}

export interface HttpCall {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
}

/** One request on a connection of its own. @param target URL, or the path of a unix socket followed by `:` and the path asked for */
export async function call(target: string, { method = 'GET', headers = {}, body }: HttpCall = {}): Promise<HttpAnswer> {
  const [socketPath, path] = target.startsWith('/') ? target.split(':', 2) : [];
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const options = { method, headers, agent: false };
    const sent =
      socketPath === undefined ? request(target, options) : request({ ...options, socketPath, path: path ?? '/' });
    sent.once('response', resolve).once('error', reject);
    sent.end(body);
  });
  const answer = await text(response);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: answer,
    json: () => JSON.parse(answer),
  };
}

/** Sends these bytes and resolves with everything that comes back until the server closes. */
export function exchange(url: string, bytes: string | readonly (string | Uint8Array)[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    // The server may close while we still write: what it said before is the answer.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    for (const part of [bytes].flat()) socket.write(part);
  });
}

/** A real runtime that keeps the lines of its log. */
export function loggedRuntime(): { runtime: Runtime; lines: () => Record<string, unknown>[] } {
  const written: string[] = [];
  const log = createLog({ level: 'debug' }, { stream: { write: (line: string) => written.push(line) } });
  return { runtime: createRuntime(log), lines: () => written.map((line) => JSON.parse(line)) };
}
