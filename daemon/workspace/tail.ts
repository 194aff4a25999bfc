/** The end of a stream of bytes of any length. */
export class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #bytes = 0;
  #dropped = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // Joined now and then, not at each chunk.
    if (this.#bytes > 2 * this.#limit + 65_536) this.#cut();
  }

  /** Says how much is not there. A character that the cut broke is replaced. */
  text(): string {
    this.#cut();
    const kept = Buffer.concat(this.#chunks).toString('utf8');
    return this.#dropped === 0 ? kept : `[${this.#dropped} bytes before this are left out]\n${kept}`;
  }

  #cut(): void {
    const whole = Buffer.concat(this.#chunks);
    const kept = whole.subarray(Math.max(0, whole.length - this.#limit));
    this.#dropped += whole.length - kept.length;
    // A copy, so that what was cut off is given back.
    this.#chunks = [Buffer.from(kept)];
    this.#bytes = kept.length;
  }
}
