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
  /** With what each has said so far: a socket that nobody reads does not notice that the other side left. */
  const waiting = new Map<Socket, Buffer[]>();
  const connected = new Set<Socket>();
  let isOpen = false;
  const pass = (socket: Socket, said: readonly Buffer[]) => {
    waiting.delete(socket);
    connected.add(socket);
    const inner = connect(port, '127.0.0.1');
    const end = () => {
      connected.delete(socket);
      socket.destroy();
      inner.destroy();
    };
    for (const one of [socket, inner]) one.on('error', end).on('close', end);
    socket.removeAllListeners('data');
    for (const chunk of said) inner.write(chunk);
    socket.pipe(inner).pipe(socket);
  };
  const server = createServer((socket) => {
    const said: Buffer[] = [];
    waiting.set(socket, said);
    socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
    socket.on('data', (chunk: Buffer) => said.push(chunk));
    if (isOpen) pass(socket, said);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  stopAtEnd(async () => {
    server.close();
    for (const socket of [...waiting.keys(), ...connected]) socket.destroy();
  });
  const own = server.address();
  if (own === null || typeof own === 'string') throw new Error('no port');
  return {
    address: `/ip4/127.0.0.1/tcp/${own.port}`,
    open: () => {
      isOpen = true;
      for (const [socket, said] of [...waiting]) pass(socket, said);
    },
    waiting: () => waiting.size,
    connected: () => connected.size,
  };
}
