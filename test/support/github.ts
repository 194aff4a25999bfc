import { createHmac, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';

/** A webhook as GitHub would send it. */
export interface Webhook {
  readonly event: string;
  readonly payload: unknown;
}

interface Definition {
  readonly name: string;
  readonly examples: readonly unknown[];
}

/** Every example payload of @octokit/webhooks-examples, in its order. */
export function exampleWebhooks(): Webhook[] {
  const definitions: readonly Definition[] = createRequire(import.meta.url)('@octokit/webhooks-examples');
  return definitions.flatMap(({ name, examples }) => examples.map((payload) => ({ event: name, payload })));
}

export function signatureOf(secret: string, body: string | Uint8Array): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
}

export interface Answer {
  readonly status: number;
  readonly delivery: string;
  readonly body: unknown;
  /** Seconds, as the header says; null without one. */
  readonly retryAfter: string | null;
}

/** Posts one webhook, signed as GitHub signs it. */
export async function postWebhook(
  url: string,
  secret: string,
  { event, payload }: Webhook,
  delivery: string = randomUUID(),
  signal?: AbortSignal,
): Promise<Answer> {
  const body = JSON.stringify(payload);
  const response = await fetch(`${url}/webhook/github`, {
    method: 'POST',
    body,
    ...(signal && { signal }),
    headers: {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/044aadd',
      'x-github-event': event,
      'x-github-delivery': delivery,
      'x-hub-signature-256': signatureOf(secret, body),
    },
  });
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, delivery, body: text === '' ? undefined : JSON.parse(text), retryAfter };
}
