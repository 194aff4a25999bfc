import { MeshError } from '../../protocols/errors.ts';
import type { EventId, PeerId } from '../../protocols/ids.ts';
import type { DistributionRecord } from '../../protocols/record.ts';
import type { Runtime } from '../ports/runtime.ts';

/** How long somebody waits for the owner's decision. */
const DECISION_WAIT_MS = 10_000;

export interface DecisionWait {
  /** Rejects with `request-timeout`. */
  readonly record: Promise<DistributionRecord>;
  stop(): void;
}

/** Those who want to know what is decided about an event, by whichever node owns it. */
export class DecisionWaits {
  readonly #runtime: Runtime;
  readonly #waiting = new Map<EventId, Set<(record: DistributionRecord) => void>>();

  constructor(runtime: Runtime) {
    this.#runtime = runtime;
  }

  /** @param owner who is asked, for the error */
  begin(id: EventId, owner: PeerId | undefined): DecisionWait {
    const { promise, resolve, reject } = Promise.withResolvers<DistributionRecord>();
    const waiting = this.#waiting.get(id) ?? new Set();
    this.#waiting.set(id, waiting.add(resolve));
    const facts = { peer: owner ?? 'unknown', ms: DECISION_WAIT_MS };
    const cancel = this.#runtime.after(DECISION_WAIT_MS, () => reject(new MeshError('request-timeout', facts)));
    // Nobody may be waiting for it any more, when the decision was there already.
    promise.catch(() => undefined);
    const stop = () => {
      cancel();
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id);
    };
    return { record: promise, stop };
  }

  decided(record: DistributionRecord): void {
    for (const resolve of this.#waiting.get(record.eventId) ?? []) resolve(record);
  }
}
