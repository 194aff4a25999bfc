import type { Measured } from './load.ts';

/** What a submitter in a process of its own answered. */
export function decodeMeasured(message: unknown): Measured {
  if (typeof message === 'object' && message !== null && 'roundTrip' in message) return message as Measured;
  throw new Error('the submitter answered something else than a measurement');
}
