import * as z from 'zod';
import { digestOf, type EventId, type SlotId } from './ids.ts';

/** `mm-` and 20 hex digits of the sha256 of event id and slot: the name of the run's objects, the same wherever it is begun (E1). */
export const RunIdSchema = z
  .string()
  .regex(/^mm-[0-9a-f]{20}$/, 'is not a run')
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunIdSchema>;

export function runIdOf(eventId: EventId, slot: SlotId): RunId {
  return RunIdSchema.parse(`mm-${digestOf([eventId, slot], 20)}`);
}

export const RUN_KINDS = ['docs', 'code'] as const;
export type RunKind = (typeof RUN_KINDS)[number];

/** done: it did what it was for · failed: it ended otherwise · cancelled: somebody did not want it any more. */
export const RUN_OUTCOMES = ['done', 'failed', 'cancelled'] as const;
export type RunOutcome = (typeof RUN_OUTCOMES)[number];
