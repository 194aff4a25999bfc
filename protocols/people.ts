import * as z from 'zod';
import { ConversationStateSchema, SESSION_ORDERS } from './agent-records.ts';
import { KindSchema } from './event.ts';
import { EventIdSchema, PeerIdSchema, SlotIdSchema } from './ids.ts';

/** What people ask of agents and tell them: sessions and approvals. The paths are in `protocols/operator.ts`. */

/** Query of `sessions`: those of the oldest event first. */
export const SessionsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  general: z.string().optional(),
});
export type SessionsQuery = z.input<typeof SessionsQuerySchema>;
/** Query of `session`: an event, or the end of its id, and one of its slots where several are at work. */
export const SessionQuerySchema = z.object({ id: z.string(), slot: z.string().optional() });
export type SessionQuery = z.infer<typeof SessionQuerySchema>;

/** Work that is in the hands of a general. */
export const SessionLineSchema = z.object({
  eventId: EventIdSchema,
  slot: SlotIdSchema,
  general: z.string(),
  kind: KindSchema,
  subject: z.string(),
  /** accepted, running or failed as the task is; paused while a person holds it. */
  state: z.string(),
  /** The step that comes next, and how many are finished; absent before the first checkpoint. */
  step: z.string().optional(),
  turn: z.int().optional(),
  sessionId: z.string().optional(),
  attempts: z.int(),
  /** Since when it is in this state. */
  since: z.int(),
  node: PeerIdSchema.optional(),
  nodeName: z.string().optional(),
  /** Who paused it. */
  by: z.string().optional(),
  /** How often somebody said something to it. */
  said: z.int(),
});
export type SessionLine = z.infer<typeof SessionLineSchema>;

export const SessionViewSchema = SessionLineSchema.extend({
  /** What was said to the agent, the oldest first. */
  words: z.array(z.object({ at: z.int(), by: z.string(), text: z.string() })),
  /** Of the issue it is about. */
  conversation: z.object({ status: ConversationStateSchema, updatedAt: z.int(), textHash: z.string() }).optional(),
});
export type SessionView = z.infer<typeof SessionViewSchema>;

export const STEER_CHARS = 4_000;

/** Body of `sessionOrder`: as `session` names it; without a slot every one of the event that is at work. */
export const SessionOrderRequestSchema = z
  .strictObject({
    ...SessionQuerySchema.shape,
    order: z.enum(SESSION_ORDERS),
    /** What is said to the agent: for `steer` only, and wanted there. */
    text: z.string().min(1).max(STEER_CHARS).optional(),
    /** Who says so, for the record. */
    by: z.string().min(1).max(100).optional(),
  })
  .refine(({ order, text }) => (order === 'steer') === (text !== undefined), {
    error: 'a text belongs to steer, and steer wants one',
    path: ['text'],
  });
export type SessionOrderRequest = z.infer<typeof SessionOrderRequestSchema>;

export const SessionOrderedSchema = z.object({
  order: z.enum(SESSION_ORDERS),
  eventId: EventIdSchema,
  slots: z.array(SlotIdSchema),
});
export type SessionOrdered = z.infer<typeof SessionOrderedSchema>;

/** Query of `approvals`: the oldest first; without `all` only what waits for somebody. */
export const ApprovalsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  all: z.stringbool().optional(),
});
export type ApprovalsQuery = z.input<typeof ApprovalsQuerySchema>;

export const ApprovalLineSchema = z.object({
  subject: z.string(),
  /** Of exactly what would be done, or of the issue's text. */
  textHash: z.string(),
  state: z.enum(['open', 'approved', 'denied']),
  what: z.string(),
  general: z.string().optional(),
  eventId: EventIdSchema.optional(),
  slot: SlotIdSchema.optional(),
  /** When it was asked, or said where nobody asked. */
  at: z.int(),
  by: z.string().optional(),
  via: z.string().optional(),
  saidAt: z.int().optional(),
  reason: z.string().optional(),
});
export type ApprovalLine = z.infer<typeof ApprovalLineSchema>;

/** Body of `approve`: a subject with something open; `hash`: the beginning of one of its texts, wanted where several are open. */
export const ApprovalRequestSchema = z.strictObject({
  subject: z.string(),
  hash: z.string().optional(),
  verdict: z.enum(['approved', 'denied']),
  reason: z.string().max(1_000).optional(),
  by: z.string().min(1).max(100).optional(),
});
export type ApprovalRequest = z.infer<typeof ApprovalRequestSchema>;

/** Query of `conversations` and `conversationsTail`. */
export const ConversationsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  status: ConversationStateSchema.optional(),
  repository: z.string().optional(),
});
export type ConversationsQuery = z.input<typeof ConversationsQuerySchema>;

/** What is talked about below one issue (docs/parity.md 253). */
export const ConversationLineSchema = z.object({
  /** `<repository>#<number>`. */
  id: z.string(),
  issueNumber: z.int(),
  repository: z.string(),
  status: ConversationStateSchema,
  analysis: z.unknown(),
  createdAt: z.int(),
  updatedAt: z.int(),
  /** Of the text that it is about. */
  textHash: z.string(),
  /** The event it was last about. */
  eventId: EventIdSchema,
});
export type ConversationLine = z.infer<typeof ConversationLineSchema>;
