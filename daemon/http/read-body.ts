import type { IncomingMessage } from 'node:http';
import { MeshError } from '../../protocols/errors.ts';
import type { Deadlines } from './deadlines.ts';

/** Memory that all bodies under way share: without it a few hundred slow senders could hold 25 MiB each. */
export class BodyBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  get usedBytes(): number {
    return this.#used;
  }

  take(bytes: number): boolean {
    if (this.#used + bytes > this.#limit) return false;
    this.#used += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#used -= bytes;
  }
}

/** What all bodies are held to. */
export interface BodyRules {
  readonly maxBytes: number;
  /** From the call to the last byte. */
  readonly deadlines: Deadlines;
  readonly budget: BodyBudget;
}

/** What becomes of a body: one of the two is called once, or neither when the sender went away. */
export interface BodyReader {
  readonly whole: (body: Buffer) => void;
  /** The caller answers the fault and closes the connection: the rest of the body is not read. */
  readonly failed: (error: MeshError) => void;
}

/** Reads a body, counted while it comes in. Faults are `body-too-large`, `body-too-slow` and `overloaded`. */
export function readBody(request: IncomingMessage, rules: BodyRules, reader: BodyReader): void {
  const { maxBytes, deadlines, budget } = rules;
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Listeners stay where they are: taking them off costs more than asking whether it is over.
  let isOver = false;
  const deadline = deadlines.set((ms) => fail(new MeshError('body-too-slow', { ms })));
  const settle = () => {
    isOver = true;
    deadlines.met(deadline);
    budget.give(bytes);
  };
  const fail = (error: MeshError) => {
    request.pause();
    settle();
    reader.failed(error);
  };
  request.on('data', (chunk: Buffer) => {
    if (isOver) return;
    if (bytes + chunk.length > maxBytes) return fail(new MeshError('body-too-large', { limit: maxBytes }));
    if (!budget.take(chunk.length)) return fail(new MeshError('overloaded', { reason: 'too many bodies under way' }));
    bytes += chunk.length;
    chunks.push(chunk);
  });
  request.on('end', () => {
    if (isOver) return;
    settle();
    // Nearly every webhook is one chunk: it is used as it came.
    const [first = EMPTY] = chunks;
    reader.whole(chunks.length > 1 ? Buffer.concat(chunks, bytes) : first);
  });
  request.on('close', () => {
    if (!isOver) settle();
  });
}

const EMPTY = Buffer.alloc(0);
