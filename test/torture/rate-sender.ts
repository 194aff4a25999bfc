import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { postWebhook, type Webhook } from '../support/github.ts';

/** GitHub waits ten seconds for an answer. */
const ANSWER_MS = 10_000;

export interface Acknowledged {
  readonly delivery: string;
  /** By `performance.now()`. */
  readonly at: number;
}

export interface RateSender {
  /** What was answered 202: what the promise is judged by. */
  readonly acknowledged: readonly Acknowledged[];
  /** Posts that got another answer, or none: GitHub does not send them again. */
  readonly failed: number;
  /** Sends nothing more; resolves when every post has an answer or none. */
  stop(): Promise<void>;
}

export interface RateSenderOptions {
  readonly url: string;
  readonly secret: string;
  /** Posts a second, whatever becomes of those before. */
  readonly rate: number;
  readonly next: () => Webhook;
}

/** Posts at a fixed rate, as the world does: it does not wait for who is slow or dead. */
export function startRateSender({ url, secret, rate, next }: RateSenderOptions): RateSender {
  const acknowledged: Acknowledged[] = [];
  const under = new Set<Promise<void>>();
  const state = { failed: 0, running: true };
  const post = async () => {
    const delivery = randomUUID();
    const { event, payload } = next();
    // GitHub signs only the body: one and the same body again would be a repeat, whatever its delivery id says (I2).
    const fresh = { event, payload: { ...Object(payload), sent_as: delivery } };
    const answer = await postWebhook(url, secret, fresh, delivery, AbortSignal.timeout(ANSWER_MS)).catch(
      () => undefined,
    );
    if (answer?.status === 202) acknowledged.push({ delivery, at: performance.now() });
    else state.failed += 1;
  };
  const loop = (async () => {
    const begun = performance.now();
    for (let sent = 0; state.running; sent++) {
      const posting: Promise<void> = post().finally(() => under.delete(posting));
      under.add(posting);
      await delay(Math.max(0, begun + ((sent + 1) * 1_000) / rate - performance.now()));
    }
  })();
  return {
    acknowledged,
    get failed() {
      return state.failed;
    },
    stop: async () => {
      state.running = false;
      await loop;
      await Promise.all(under);
    },
  };
}
