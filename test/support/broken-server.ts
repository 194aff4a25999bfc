import { createServer, type Socket } from 'node:net';

export interface BrokenServer {
  /** `http://127.0.0.1:<port>/v1` */
  readonly url: string;
  /** Connections so far. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A server that does to each connection, once it has sent something, what `misbehave` does. */
export async function brokenServer(misbehave: (socket: Socket) => void): Promise<BrokenServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.once('data', () => misbehave(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    get connections() {
      return connections;
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

export const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
