import { setTimeout as delay } from 'node:timers/promises';
import { postWebhook, type Webhook } from './github.ts';

/** Between two posts: events are always in flight, and a mesh under test on two cores keeps up. */
const INTERVAL_MS = 25;

export interface Sender {
  /** Delivery ids that were answered 202, in order: what the promise is judged by. */
  readonly acknowledged: readonly string[];
  /** Posts that got no answer or another one. */
  readonly failed: number;
  stop(): Promise<void>;
}

/** Posts one webhook after another, over and over, until it is stopped. What fails is not sent again, as GitHub does. */
export function startSender(url: string, secret: string, webhooks: readonly Webhook[], newId: () => string): Sender {
  const acknowledged: string[] = [];
  let failed = 0;
  let running = true;
  const send = async (webhook: Webhook) => {
    const delivery = newId();
    // GitHub signs only the body: one and the same body again would be a repeat, whatever its delivery id says (I2).
    const fresh = { ...webhook, payload: { ...Object(webhook.payload), sent_as: delivery } };
    const answer = await postWebhook(url, secret, fresh, delivery).catch(() => undefined);
    if (answer?.status === 202) acknowledged.push(delivery);
    else failed += 1;
  };
  const loop = (async () => {
    for (let i = 0; running; i++) {
      const webhook = webhooks[i % webhooks.length];
      if (webhook !== undefined) await send(webhook);
      await delay(INTERVAL_MS);
    }
  })();
  return {
    acknowledged,
    get failed() {
      return failed;
    },
    stop: async () => {
      running = false;
      await loop;
    },
  };
}
