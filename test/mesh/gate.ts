import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { stopAtEnd } from './mesh-of.ts';

/** A door before one node: who dials through it waits until it opens. */
export interface Gate {
  /** Multiaddr of the door, without a peer id. */
  readonly address: string;
  /** Sockets that wait or are connected. */
  open(): void;
  waiting(): number;
  connected(): number;
}

export async function gateBefore(address: string): Promise<Gate> {
  const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1]);
  const waiting = new Set<Socket>();
  const connected = new Set<Socket>();
  let isOpen = false;
  const pass = (socket: Socket) => {
    waiting.delete(socket);
    connected.add(socket);
    const inner = connect(port, '127.0.0.1');
    const end = () => {
      connected.delete(socket);
      socket.destroy();
      inner.destroy();
    };
    for (const one of [socket, inner]) one.on('error', end).on('close', end);
    socket.pipe(inner).pipe(socket);
  };
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
    if (isOpen) pass(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stopAtEnd(async () => {
    server.close();
    for (const socket of [...waiting, ...connected]) socket.destroy();
  });
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('no port');
  return {
    address: `/ip4/127.0.0.1/tcp/${own.port}`,
    open: () => {
      isOpen = true;
      for (const socket of [...waiting]) pass(socket);
    },
    waiting: () => waiting.size,
    connected: () => connected.size,
  };
}
