import { readDelivery } from '../../roles/aggregator/delivery.ts';
import { signatureOf, type Webhook } from '../support/github.ts';

const SECRET = 'expectation';

/** The status the event table asks for: 202 for what is ours, 204 for what is not, 200 for a ping. */
export function ruledStatus({ event, payload }: Webhook): number {
  const body = Buffer.from(JSON.stringify(payload));
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'expectation',
    'x-hub-signature-256': signatureOf(SECRET, body),
  };
  const delivery = readDelivery({ source: 'github', headers, body, receivedAt: 0 }, { secrets: [SECRET], org: 'test' });
  switch (delivery.status) {
    case 'event':
      return 202;
    case 'ping':
      return 200;
    case 'not-ours':
      return 204;
    case 'refused':
      return 400;
  }
}
