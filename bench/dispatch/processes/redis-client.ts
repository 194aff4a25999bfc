import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { readReply } from './redis-reply.ts';

type Argument = string | number | Uint8Array;

interface Waiting {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The least a client of Redis can be, in the shape of Bun's, which BullMQ takes through an adapter of its own. It does less for
 * each command than the clients people use, so what BullMQ costs here is the server, its scripts and BullMQ itself.
 */
export class RedisClient {
  readonly #port: number;
  readonly #waiting: Waiting[] = [];
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #unsent: Buffer[] = [];
  connected = false;
  /** Set by the adapter. */
  onconnect: (() => void) | null = null;
  /** Set by the adapter. */
  onclose: ((error?: Error) => void) | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  async connect(): Promise<void> {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    await once(socket, 'connect');
    this.#socket = socket;
    this.connected = true;
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
    this.onconnect?.();
  }

  close(): void {
    this.#socket?.destroy();
  }

  async duplicate(): Promise<this> {
    const Same = this.constructor as new (port: number) => this;
    return new Same(this.#port);
  }

  get(key: string): Promise<string | null> {
    return this.send('GET', [key]);
  }

  smembers(key: string): Promise<unknown[]> {
    return this.send('SMEMBERS', [key]);
  }

  incr(key: string): Promise<number> {
    return this.send('INCR', [key]);
  }

  /** What comes back is of the command's kind; nothing checks it. */
  send<T>(command: string, args: readonly Argument[]): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (!this.connected) {
        reject(new Error('Connection closed'));
        return;
      }
      this.#waiting.push({ resolve: (reply) => resolve(reply as T), reject });
      // What is sent in one turn of the loop is one write.
      if (this.#unsent.length === 0) queueMicrotask(() => this.#flush());
      this.#unsent.push(encode([command, ...args]));
    });
  }

  #flush(): void {
    this.#socket?.write(Buffer.concat(this.#unsent));
    this.#unsent = [];
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    let at = 0;
    for (let reply = readReply(this.#received, at); reply !== undefined; reply = readReply(this.#received, at)) {
      at = reply.end;
      const waiting = this.#waiting.shift();
      if (reply.value instanceof Error) waiting?.reject(reply.value);
      else waiting?.resolve(reply.value);
    }
    this.#received = this.#received.subarray(at);
  }

  #closed(): void {
    this.connected = false;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('Connection closed'));
    this.onclose?.();
  }
}

/** An array of bulk strings (RESP2). */
function encode(args: readonly Argument[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'object' ? Buffer.from(arg) : Buffer.from(String(arg));
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, END);
  }
  return Buffer.concat(parts);
}

const END = Buffer.from('\r\n');
