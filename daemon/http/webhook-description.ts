import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import { EventIdSchema } from '../../protocols/ids.ts';
import type { App } from './app.ts';

const HeadersSchema = z.object({
  'x-github-event': z.string(),
  'x-github-delivery': z.string(),
  'x-hub-signature-256': z.string().describe('HMAC of the body by the webhook secret.'),
});

const AnswerSchema = z.object({
  message: z.string(),
  event_id: EventIdSchema.optional(),
  duplicate: z.boolean().optional(),
});

/** Puts a webhook path into the list of routes. `WebhookFront` answers its requests before they get here. */
export function describeWebhook(app: App, path: string): void {
  const schema = {
    summary: 'A signed webhook of GitHub; 202 once it is synced to the disk',
    headers: HeadersSchema,
    body: z.record(z.string(), z.unknown()),
    response: {
      200: AnswerSchema.describe('It was taken in before, or is a ping.'),
      202: AnswerSchema.describe('It is taken in.'),
      204: z.null().describe('An event that is not ours.'),
    },
  };
  app.post(path, { config: { open: true }, schema }, () => {
    throw new MeshError('route-unknown', { method: 'POST', path });
  });
}
