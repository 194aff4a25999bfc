import { createHash } from 'node:crypto';

export interface TraceLine {
  /** Milliseconds since the world began. */
  readonly at: number;
  /** The node it happened on, or `world`. */
  readonly where: string;
  readonly what: string;
  /** The event it is about. */
  readonly eventId?: string | undefined;
}

/** What happened, in order. Two runs are the same run when their hashes are the same. */
export class Trace {
  readonly lines: TraceLine[] = [];
  /** FNV-1a over everything that is too much to be written down: each frame on its way. */
  #frames = 0x811c9dc5;

  add(at: number, where: string, what: string, eventId?: string): void {
    this.lines.push({ at, where, what, eventId });
  }

  frame(...numbers: readonly number[]): void {
    for (const number of numbers) this.#frames = Math.imul(this.#frames ^ number, 0x01000193) >>> 0;
  }

  hash(): string {
    const hash = createHash('sha256').update(String(this.#frames));
    for (const { at, where, what } of this.lines) hash.update(`\n${at} ${where} ${what}`);
    return hash.digest('hex');
  }
}
