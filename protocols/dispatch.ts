import * as z from 'zod';
import { MeshEventSchema } from './event.ts';
import { EventIdSchema, SlotIdSchema } from './ids.ts';

/** Headers of frames on `/mindmesh/dispatch/1` (W3). `id` pairs a reply with its request on the long-lived stream. */
const task = { eventId: EventIdSchema, slot: SlotIdSchema };

export const PRIORITIES = ['blocker', 'critical', 'high', 'normal', 'low', 'background'] as const;
export const PrioritySchema = z.enum(PRIORITIES);
export type Priority = z.infer<typeof PrioritySchema>;

/** How the instance of a routed general is chosen: broadcast takes the general in every cluster, the others take one. */
export const STRATEGIES = ['broadcast', 'round_robin', 'load_balanced', 'capability'] as const;
export const StrategySchema = z.enum(STRATEGIES);
export type Strategy = z.infer<typeof StrategySchema>;

export const OfferSchema = z.object({
  ...task,
  type: z.literal('offer'),
  general: z.string(),
  subject: z.string(),
  number: z.int().nonnegative(),
  priority: PrioritySchema,
  /** How many executions of this slot have begun so far, anywhere: a repeat with the same number is the same offer. */
  attempts: z.int().nonnegative(),
  /** Wall-clock end of trying. */
  deadline: z.int().nonnegative(),
  event: MeshEventSchema,
});
export type Offer = z.infer<typeof OfferSchema>;

export const OfferReplySchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accept') }),
  z.object({ type: z.literal('busy'), retryAfterMs: z.int().nonnegative() }),
  z.object({ type: z.literal('refuse'), reason: z.string(), final: z.boolean() }),
]);
export type OfferReply = z.infer<typeof OfferReplySchema>;

/** Renews the 90 s lease (W3). */
export const RunningSchema = z.object({ ...task, type: z.literal('running'), attempt: z.int().positive() });
/** A hint that a `done` or `failed` record lies in the sender's log; only that record decides. */
export const ResultHintSchema = z.object({ ...task, type: z.literal('result'), ok: z.boolean() });

export const NoteSchema = z.discriminatedUnion('type', [RunningSchema, ResultHintSchema]);
export type Note = z.infer<typeof NoteSchema>;

export const DispatchRequestSchema = z.discriminatedUnion('type', [OfferSchema, RunningSchema, ResultHintSchema]);
export type DispatchRequest = z.infer<typeof DispatchRequestSchema>;

export const RUNNING_INTERVAL_MS = 30_000;
/** Three missed `running` notes: the executor is taken for gone. */
export const LEASE_MS = 90_000;
/** How long an owner waits for the answer to one offer: the accept is one synced write, slow disks included. */
export const OFFER_DEADLINE_MS = 10_000;
/** Executions of one slot that may begin, anywhere (W4). */
export const MAX_ATTEMPTS = 8;
