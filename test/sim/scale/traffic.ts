/** What travels between nodes, by what it is for. */
export const CLASSES = ['presence', 'heads', 'ihave', 'have', 'list', 'batch', 'more', 'caught-up'] as const;
export type TrafficClass = (typeof CLASSES)[number];

/** What one class cost in the window, over all nodes. */
export interface Cost {
  readonly messages: number;
  readonly bytes: number;
}

/** Around each frame of a stream: its length (4), the header of yamux (12), length and tag of noise (18). */
export const STREAM_BYTES = 34;

/** Counts every message once as sent and once as received. */
export class Traffic {
  readonly #costs = new Map<TrafficClass, { messages: number; bytes: number }>();
  readonly #sent: Float64Array;
  readonly #received: Float64Array;

  constructor(nodes: number) {
    this.#sent = new Float64Array(nodes);
    this.#received = new Float64Array(nodes);
  }

  count(what: TrafficClass, from: number, to: number, bytes: number): void {
    this.#add(what, 1, bytes);
    this.#sent[from] = (this.#sent[from] ?? 0) + bytes;
    this.#received[to] = (this.#received[to] ?? 0) + bytes;
  }

  /** So many messages that every node sends, and receives as many of. */
  countEverywhere(what: TrafficClass, messagesEach: number, bytes: number): void {
    this.#add(what, messagesEach * this.#sent.length, messagesEach * this.#sent.length * bytes);
    for (let i = 0; i < this.#sent.length; i++) {
      this.#sent[i] = (this.#sent[i] ?? 0) + messagesEach * bytes;
      this.#received[i] = (this.#received[i] ?? 0) + messagesEach * bytes;
    }
  }

  /** What is counted from now on. */
  reset(): void {
    this.#costs.clear();
    this.#sent.fill(0);
    this.#received.fill(0);
  }

  cost(what: TrafficClass): Cost {
    return this.#costs.get(what) ?? { messages: 0, bytes: 0 };
  }

  /** Bytes of the node that sent or received most. */
  get most(): { readonly sent: number; readonly received: number } {
    return { sent: Math.max(...this.#sent), received: Math.max(...this.#received) };
  }

  #add(what: TrafficClass, messages: number, bytes: number): void {
    const cost = this.#costs.get(what) ?? { messages: 0, bytes: 0 };
    cost.messages += messages;
    cost.bytes += bytes;
    this.#costs.set(what, cost);
  }
}
