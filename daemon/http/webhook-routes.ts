import { z } from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import { EventIdSchema } from '../../protocols/ids.ts';
import type { Routes } from './app.ts';

const HEADERS = z.object({
  'x-github-event': z.string(),
  'x-github-delivery': z.string(),
  'x-hub-signature-256': z.string().describe('HMAC of the body by the webhook secret.'),
});
const TakenSchema = z.object({
  message: z.string(),
  event_id: EventIdSchema.optional(),
  duplicate: z.boolean().optional(),
});

/**
 * Describes the webhook paths in the list of routes. `WebhookFront` answers them before they get here.
 * @param paths those that are served
 */
export function webhookRoutes(paths: readonly string[]): Routes {
  return (app) => {
    for (const url of paths) {
      const schema = {
        summary: 'A signed webhook of GitHub; 202 once it is synced to the disk',
        headers: HEADERS,
        body: z.record(z.string(), z.unknown()),
        response: {
          200: TakenSchema.describe('Taken in before, or a ping.'),
          202: TakenSchema.describe('Taken in.'),
          204: z.null().describe('An event that is not ours.'),
        },
      };
      app.post(url, { config: { open: true }, schema }, () => {
        throw new MeshError('route-unknown', { method: 'POST', path: url });
      });
    }
  };
}
