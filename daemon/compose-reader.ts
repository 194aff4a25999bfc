// What a reader thread runs: every list of requests is answered with the list of what they are, in the same order.
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../protocols/errors.ts';
import { readDelivery } from '../roles/aggregator/delivery.ts';
import type { Delivery, DeliveryOptions, DeliveryRequest } from '../roles/ports/ingest.ts';

const options: DeliveryOptions = workerData;

parentPort?.on('message', (requests: readonly DeliveryRequest[]) => {
  parentPort?.postMessage(requests.map(read));
});

function read(request: DeliveryRequest): Delivery {
  try {
    return readDelivery(request, options);
  } catch (error) {
    // A bug in one reader of fields must not take the others of its group with it.
    return { status: 'refused', code: 'internal', facts: { problem: messageOf(error) } };
  }
}
