import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { Secret } from '../config/secret.ts';
import { remoteAddressOf } from './forwarded.ts';

/** May this request have what the route gives? */
export type Authenticate = (request: IncomingMessage) => boolean;

/** For the operator's socket: who may open it is decided by its mode. */
export const allowAll: Authenticate = () => true;

export interface BearerOptions {
  readonly token: Secret;
  /** Answers GET and HEAD from this machine without a token: `mindmesh dev` sets it. */
  readonly openLoopbackReads: boolean;
}

export function bearerAuth(options: BearerOptions): Authenticate {
  const expected = digest(options.token.reveal());
  return (request) => {
    const token = bearerOf(request.headers.authorization);
    if (token !== undefined && timingSafeEqual(digest(token), expected)) return true;
    return options.openLoopbackReads && isLoopbackRead(request);
  };
}

function bearerOf(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
}

/** Digests have one length, so comparing them tells nothing about the token, not even how long it is. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * The Host header is checked too: a page of the web may lead a browser here under its own name (DNS rebinding). A forwarded
 * request comes from a proxy on this machine, and so from anywhere.
 */
function isLoopbackRead(request: IncomingMessage): boolean {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD') return false;
  if (headers.forwarded !== undefined || headers['x-forwarded-for'] !== undefined) return false;
  return isLoopback(remoteAddressOf(request)) && isLoopbackHost(headers.host ?? '');
}

function isLoopbackHost(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || isLoopback(name);
}

export function isLoopback(address: string): boolean {
  const plain = address.replace(/^::ffff:/i, '');
  return isIP(plain) === 4 ? plain.startsWith('127.') : plain === '::1';
}
