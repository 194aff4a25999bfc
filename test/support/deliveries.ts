import { readDelivery } from '../../roles/aggregator/delivery.ts';
import type { Delivery, DeliveryOptions, DeliveryRequest } from '../../roles/ports/ingest.ts';
import { signatureOf, type Webhook } from './github.ts';

export const SECRET = 'a-secret-for-tests';
export const OPTIONS: DeliveryOptions = { secrets: [SECRET], org: 'acme' };
/** 2026-01-02T03:04:05.000Z */
export const RECEIVED_AT = 1_767_323_045_000;

export interface RequestFields {
  readonly event?: string;
  readonly delivery?: string;
  readonly signature?: string | undefined;
  readonly headers?: DeliveryRequest['headers'];
}

/** A signed request with this body; each field given replaces what GitHub would send. */
export function requestOf(body: string | Uint8Array, fields: RequestFields = {}): DeliveryRequest {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return {
    source: 'github',
    body: bytes,
    receivedAt: RECEIVED_AT,
    headers: {
      'x-github-event': fields.event ?? 'issues',
      'x-github-delivery': fields.delivery ?? '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': 'signature' in fields ? fields.signature : signatureOf(SECRET, bytes),
      ...fields.headers,
    },
  };
}

export function readWebhook({ event, payload }: Webhook, delivery?: string): Delivery {
  return readDelivery(requestOf(JSON.stringify(payload), { event, ...(delivery && { delivery }) }), OPTIONS);
}

/** The name people give it: `issues.opened`, `push`. */
export function titleOf({ event, payload }: Webhook): string {
  const { action } = Object(payload);
  return typeof action === 'string' ? `${event}.${action}` : event;
}
