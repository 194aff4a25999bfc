import * as z from 'zod';
import { KindSchema } from '../../protocols/event.ts';
import { EventIdSchema } from '../../protocols/ids.ts';
import type { Ingest } from '../../roles/ports/ingest.ts';
import type { Routes } from './app.ts';
import { describeWebhook } from './webhook-description.ts';

const count = z.int().nonnegative();

const StatsSchema = z.object({
  total_events: count,
  event_types: z.record(z.string(), count),
  recent_events: z.array(
    z.object({
      id: EventIdSchema,
      at: z.int(),
      kind: KindSchema,
      type: z.string(),
      subject: z.string(),
      repository: z.string(),
      actor: z.string(),
    }),
  ),
  deliveries: z.record(z.string(), count),
});

/** @param webhookPaths those that `WebhookFront` serves, for the list of routes */
export function aggregatorRoutes(ingest: Pick<Ingest, 'stats'>, webhookPaths: readonly string[] = []): Routes {
  return (app) => {
    for (const path of webhookPaths) describeWebhook(app, path);
    const schema = {
      summary: 'How many events came in, of which kinds, and the newest',
      response: { 200: StatsSchema },
    };
    app.get('/stats', { schema }, async () => {
      const stats = await ingest.stats();
      return { ...stats, recent_events: stats.recent_events.map((event) => ({ ...event })) };
    });
  };
}
