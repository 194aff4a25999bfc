import type { Socket } from 'node:net';

/** JSON values over a socket, one a line; what one turn of the event loop sends is one write. */
export class BareLines {
  readonly #socket: Socket;
  #out: string[] = [];

  constructor(socket: Socket, receive: (value: unknown) => void) {
    this.#socket = socket.setNoDelay().setEncoding('utf8');
    let rest = '';
    socket.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) receive(JSON.parse(line));
    });
  }

  send(value: unknown): void {
    if (this.#out.length === 0) setImmediate(() => this.#flush());
    this.#out.push(JSON.stringify(value));
  }

  #flush(): void {
    this.#socket.write(`${this.#out.join('\n')}\n`);
    this.#out = [];
  }
}
