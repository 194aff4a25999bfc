import { timingSafeEqual } from 'node:crypto';
import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { MeshError } from '../../protocols/errors.ts';
import { PROBLEM_TYPE, problemOf } from './problems.ts';

/** Says whose a request is that a listener hands on: the key of this boot, and the address of the sender. */
const FORWARDED = 'x-mindmesh-forwarded';

/** They speak of one connection, and are made anew for the next (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  FORWARDED,
]);

/** The routes behind the listeners: a server on loopback that answers only whoever has the key. */
export interface Behind {
  readonly port: number;
  readonly key: string;
}

/** Requests handed on at once; others wait. Live streams hold one each. */
const CONNECTIONS = 256;

/** Hands a request on as it came, and its answer back, both while they come. */
export class Forwarder {
  readonly #behind: Behind;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

  constructor(behind: Behind) {
    this.#behind = behind;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { port, key } = this.#behind;
    const headers = [
      ...endToEnd(request.rawHeaders),
      [FORWARDED, `${key} ${request.socket.remoteAddress ?? ''}`] as const,
      ...(request.headers['transfer-encoding'] ? [['transfer-encoding', 'chunked'] as const] : []),
    ];
    const { method, url: path } = request;
    const onward = ask({ host: '127.0.0.1', port, method, path, headers: headers.flat(), agent: this.#agent });
    onward.once('response', (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders).flat());
      // The first line of a live stream must not wait for the second.
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    onward.once('error', () => refuse(response));
    response.once('close', () => onward.destroy());
    request.pipe(onward);
  };

  stop(): void {
    this.#agent.destroy();
  }
}

function refuse(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const error = new MeshError('overloaded', { reason: 'the node is starting or leaving' });
  response.writeHead(error.http, { 'content-type': PROBLEM_TYPE, 'retry-after': '1', connection: 'close' });
  response.end(JSON.stringify(problemOf(error)));
}

function endToEnd(raw: readonly string[]): (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) pairs.push([name, raw[i + 1] ?? '']);
  }
  return pairs;
}

const senders = new WeakMap<IncomingMessage, string>();

/** Is this request from a listener of this node? From then on `remoteAddressOf` tells who sent it. */
export function takeForwarded(request: IncomingMessage, key: string): boolean {
  const [given = '', address = ''] = String(request.headers[FORWARDED] ?? '').split(' ', 2);
  delete request.headers[FORWARDED];
  if (given.length !== key.length || !timingSafeEqual(Buffer.from(given), Buffer.from(key))) return false;
  senders.set(request, address);
  return true;
}

/** Address of the sender, also of a request that was handed on. */
export function remoteAddressOf(request: IncomingMessage): string {
  return senders.get(request) ?? request.socket.remoteAddress ?? '';
}
