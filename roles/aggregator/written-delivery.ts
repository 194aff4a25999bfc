import { LIMITS, WIRE_VERSION } from '../../protocols/names.ts';
import { encodeRecord } from '../../protocols/record.ts';
import type { Delivery } from '../ports/ingest.ts';

/**
 * The delivery with the record of its event, so that nobody has to check and encode it after this. It is not checked against the
 * schema, which would take as long as the normaliser: every field of the event was read by its type, and a test holds that what
 * `readDelivery` makes of any payload passes the schema unchanged.
 */
export function writeDelivery(delivery: Delivery, at: number): Delivery {
  if (delivery.status !== 'event') return delivery;
  const { event, mac } = delivery;
  const bytes = encodeRecord({ v: WIRE_VERSION, type: 'event', at, event, mac });
  if (bytes.length > LIMITS.recordBytes) {
    return {
      status: 'refused',
      code: 'record-too-large',
      facts: { bytes: bytes.length, limit: LIMITS.recordBytes },
    };
  }
  return { ...delivery, written: { at, bytes } };
}
