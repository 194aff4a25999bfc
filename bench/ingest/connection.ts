import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Prepared, RequestSource } from './request-source.ts';

/**
 * One keep-alive connection with one request at a time. Reads of an answer only what it must: status and length. Answers of
 * an ingest are small and come in one piece; one that does not is put together first.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #source: RequestSource;
  #latencies: number[] = [];
  #until = 0;
  #sentAt = 0;
  #sent: Prepared | undefined;
  #received = '';
  #done: () => void = () => {};
  #failed: (error: Error) => void = () => {};

  static async open(host: string, port: number, source: RequestSource): Promise<Connection> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket, source);
  }

  constructor(socket: Socket, source: RequestSource) {
    this.#socket = socket;
    this.#source = source;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#receive(text));
    socket.on('error', (error) => this.#failed(error));
    socket.on('close', () => this.#failed(new Error('the server closed a connection')));
  }

  /** Resolves with the latency of each answer, milliseconds. */
  exchangeUntil(end: number): Promise<number[]> {
    this.#latencies = [];
    this.#until = end;
    return new Promise((resolve, reject) => {
      this.#done = () => resolve(this.#latencies);
      this.#failed = reject;
      this.#send();
    });
  }

  close(): void {
    this.#failed = () => {};
    this.#socket.destroy();
  }

  #send(): void {
    const request = this.#source.next();
    this.#sent = request;
    this.#sentAt = performance.now();
    this.#socket.cork();
    this.#socket.write(request.own);
    this.#socket.write(request.shared);
    this.#socket.uncork();
  }

  #receive(text: string): void {
    this.#received = this.#received === '' ? text : this.#received + text;
    const status = completeStatus(this.#received);
    if (status === undefined) return;
    this.#received = '';
    const now = performance.now();
    this.#latencies.push(now - this.#sentAt);
    if (this.#sent !== undefined) this.#source.answered(status, this.#sent);
    if (now < this.#until) this.#send();
    else this.#done();
  }
}

/** The status once the whole answer is there; one request at a time means that nothing follows it. */
function completeStatus(text: string): number | undefined {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const status = Number(text.slice(9, 12));
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head + 2))?.[1];
  if (length === undefined && status !== 204) throw new Error(`an answer without a length: ${text.slice(0, head)}`);
  return text.length >= head + 4 + Number(length ?? 0) ? status : undefined;
}
