import { once } from 'node:events';
import { chmod, mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { MeshError, messageOf } from '../../protocols/errors.ts';

export interface TcpAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Several listeners of this process have it together. */
  readonly shared?: boolean;
}

/** A unix socket that only this user may open. */
export interface SocketAddress {
  readonly path: string;
}

export type Address = TcpAddress | SocketAddress;

/**
 * @param surface what listens, for the message
 * @returns the address as a URL, or the path of the socket
 * @throws MeshError `port-in-use`, `address-unusable` or `socket-unusable`.
 */
export async function listen(server: Server, address: Address, surface: string): Promise<string> {
  try {
    if ('path' in address) await listenOnSocket(server, address.path);
    else await bind(server, address);
    return urlOf(server, address);
  } catch (error) {
    throw describeFailure(error, address, surface);
  }
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await bindPrivately(server, path).catch(async (error: unknown) => {
    // A daemon that was killed leaves its socket behind; one that answers is alive.
    if (codeOf(error) !== 'EADDRINUSE' || (await answers(path))) throw error;
    await rm(path, { force: true });
    await bindPrivately(server, path);
  });
}

/** The socket is made with its mode, so that there is no moment in which others could open it: bind() happens inside listen(). */
async function bindPrivately(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177);
  try {
    await bind(server, { path }, () => process.umask(before));
  } finally {
    process.umask(before);
  }
  await chmod(path, 0o600);
}

async function bind(server: Server, address: Address, afterBind = () => {}): Promise<void> {
  const listening = once(server, 'listening');
  try {
    server.listen('path' in address ? address : listenOptions(address));
  } finally {
    afterBind();
  }
  await listening;
}

function listenOptions({ host, port, shared = false }: TcpAddress) {
  return { host, port, ...(shared && { reusePort: true }) };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

function urlOf(server: Server, address: Address): string {
  if ('path' in address) return address.path;
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
  return `http://${formatHost(address.host)}:${port}`;
}

/** What a person can open: a wildcard is no address, loopback is one of those it stands for. */
function formatHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

function describeFailure(error: unknown, address: Address, surface: string): MeshError {
  const taken = codeOf(error) === 'EADDRINUSE';
  const problem = taken ? 'another process answers there' : messageOf(error);
  if ('path' in address) {
    return new MeshError('socket-unusable', { path: address.path, surface, problem }, { cause: error });
  }
  const { host, port } = address;
  return taken
    ? new MeshError('port-in-use', { host, port, surface }, { cause: error })
    : new MeshError('address-unusable', { host, port, surface, problem }, { cause: error });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

const IDLE_CHECK_MS = 20;

/**
 * Takes no more connections, ends those that wait for a next request, lets requests that run come to their end, and
 * cuts what is still open after `graceMs`.
 */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A connection falls idle again after its answer: Node looks for idle ones only once, when close() is called.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const grace = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
}
