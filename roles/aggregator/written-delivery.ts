import { MeshError } from '../../protocols/errors.ts';
import { WIRE_VERSION } from '../../protocols/names.ts';
import type { Delivery } from '../ports/ingest.ts';
import { checkRecord } from '../replica/checked-record.ts';

/** The delivery with the record of its event, so that nobody has to check and encode it after this. */
export function writeDelivery(delivery: Delivery, at: number): Delivery {
  if (delivery.status !== 'event') return delivery;
  const { event, mac } = delivery;
  try {
    const { encoded } = checkRecord({ v: WIRE_VERSION, type: 'event', at, event, mac });
    return { ...delivery, written: { at, bytes: encoded } };
  } catch (error) {
    if (error instanceof MeshError) return { status: 'refused', code: error.code, facts: error.facts };
    throw error;
  }
}
