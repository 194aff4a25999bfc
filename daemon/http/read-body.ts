import type { IncomingMessage } from 'node:http';
import { MeshError } from '../../protocols/errors.ts';

export interface BodyLimits {
  readonly maxBytes: number;
  /** From the call to the last byte, milliseconds. */
  readonly deadlineMs: number;
}

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

/**
 * The whole body, counted while it comes in; undefined when the sender went away. The caller answers a fault and closes the
 * connection: the rest of the body is not read.
 * @throws MeshError `body-too-large`, `body-too-slow` or `overloaded`.
 */
export function readBody(
  request: IncomingMessage,
  limits: BodyLimits,
  budget: BodyBudget,
): Promise<Buffer | undefined> {
  const { maxBytes, deadlineMs } = limits;
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    let bytes = 0;
    const settle = () => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', leave);
      budget.give(bytes);
      bytes = 0;
    };
    const fail = (error: MeshError) => {
      request.pause();
      settle();
      reject(error);
    };
    const take = (chunk: Buffer) => {
      if (bytes + chunk.length > maxBytes) return fail(new MeshError('body-too-large', { limit: maxBytes }));
      if (!budget.take(chunk.length)) return fail(new MeshError('overloaded', { reason: 'too many bodies under way' }));
      bytes += chunk.length;
      if (first === undefined) first = chunk;
      else if (more === undefined) more = [first, chunk];
      else more.push(chunk);
    };
    const end = () => {
      const length = bytes;
      settle();
      // Nearly every webhook is one chunk: it is used as it came.
      resolve(more === undefined ? (first ?? EMPTY) : Buffer.concat(more, length));
    };
    const leave = () => {
      settle();
      resolve(undefined);
    };
    const timer = setTimeout(() => fail(new MeshError('body-too-slow', { ms: deadlineMs })), deadlineMs);
    request.on('data', take).on('end', end).on('close', leave);
  });
}

const EMPTY = Buffer.alloc(0);
