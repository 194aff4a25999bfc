// What a listener thread runs: takes webhooks in, verifies, reads and writes them as records, and leaves the rest to the main thread.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../protocols/errors.ts';
import { readDelivery } from '../roles/aggregator/delivery.ts';
import { writeDelivery } from '../roles/aggregator/written-delivery.ts';
import type { Delivery, DeliveryRequest } from '../roles/ports/ingest.ts';
import { runListener } from './http/listener.ts';
import type { ListenerSettings } from './http/listener-messages.ts';
import { sharedRateLimit } from './http/rate-table.ts';
import { WebhookFront } from './http/webhook-front.ts';
import { createRuntime } from './runtime.ts';

const settings: ListenerSettings = workerData;
const { paths, body, budgetBytes, rate, rateTable, delivery } = settings;

if (parentPort !== null) {
  runListener(settings, {
    port: parentPort,
    front: ({ ingest, meter, log }) => {
      const runtime = createRuntime(log);
      const parts = { read, ingest, runtime, meter, rate: sharedRateLimit(rate, rateTable, runtime.wall) };
      return new WebhookFront({ paths, body, budgetBytes }, parts);
    },
  });
}

function read(request: DeliveryRequest): Delivery {
  try {
    return writeDelivery(readDelivery(request, delivery), request.receivedAt);
  } catch (error) {
    // A bug in one reader of fields is the answer to that request alone.
    return { status: 'refused', code: 'internal', facts: { problem: messageOf(error) } };
  }
}
