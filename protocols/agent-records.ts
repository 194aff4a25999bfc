import * as z from 'zod';
import { EffectKeySchema } from './effects.ts';
import { EventIdSchema, SlotIdSchema } from './ids.ts';
import { WIRE_VERSION } from './names.ts';

/** What agents write into the log beside their work: what they spent, did, talked about, made, and what people said to it. */
const common = { v: z.literal(WIRE_VERSION), at: z.int().nonnegative() };
const work = { ...common, eventId: EventIdSchema, slot: SlotIdSchema };
const count = z.int().nonnegative();

/** small: quick and cheap, asked first · large: asked when the task is big or the small one is not sure. */
export const MODEL_CLASSES = ['small', 'large'] as const;
export const ModelClassSchema = z.enum(MODEL_CLASSES);
export type ModelClass = z.infer<typeof ModelClassSchema>;

/** One call of a model, with the provider's own figures. Spend is a record: budgets and `mindmesh usage` add these up. */
export const UsageRecordSchema = z.object({
  ...work,
  type: z.literal('usage'),
  general: z.string(),
  /** Empty for events that belong to no repository. */
  repository: z.string(),
  provider: z.string(),
  model: z.string(),
  modelClass: ModelClassSchema,
  promptTokens: count,
  completionTokens: count,
  /** Billionths of a US dollar, a whole number: sums are exact. */
  costNanoUsd: count,
});
export type UsageRecord = z.infer<typeof UsageRecordSchema>;

/** What an agent did or decided: the audit (`logAction`, docs/parity.md 236, 254, 261). */
export const ActionRecordSchema = z.object({
  ...work,
  type: z.literal('action'),
  actionId: z.string(),
  conversationId: z.string().optional(),
  /** Name of the general. */
  agentType: z.string(),
  actionType: z.string(),
  /** Input and output, JSON of at most ACTION_PAYLOAD_BYTES, without secrets. */
  payload: z.unknown(),
  /** Login of the person whose act led here. */
  actor: z.string(),
});
export type ActionRecord = z.infer<typeof ActionRecordSchema>;

export const ACTION_PAYLOAD_BYTES = 16 * 1024;

export const CONVERSATION_STATES = [
  'analyzing',
  'needs_clarification',
  'ready_for_dev',
  'in_development',
  'completed',
] as const;
export const ConversationStateSchema = z.enum(CONVERSATION_STATES);
export type ConversationState = z.infer<typeof ConversationStateSchema>;

/** Where the talk about one issue is (docs/parity.md 253). The newest of its id counts. */
export const ConversationRecordSchema = z.object({
  ...work,
  type: z.literal('conversation'),
  /** `<repository>#<number>`. */
  conversationId: z.string(),
  issueNumber: count,
  repoFullName: z.string(),
  status: ConversationStateSchema,
  /** What was made of the issue: JSON of at most CONVERSATION_BYTES. */
  analysis: z.unknown(),
  /** Of title and body that the analysis is about: an approval holds for exactly these. */
  textHash: z.string(),
  createdAt: count,
});
export type ConversationRecord = z.infer<typeof ConversationRecordSchema>;

export const CONVERSATION_BYTES = 64 * 1024;

export const GENERATION_STATES = ['generated', 'pr_created', 'ci_passed', 'ci_failed', 'merged'] as const;

/** What a developer made of an issue (docs/parity.md 255). The newest of its id counts. */
export const CodeGenerationRecordSchema = z.object({
  ...work,
  type: z.literal('code-generation'),
  generationId: z.string(),
  conversationId: z.string(),
  prNumber: count.optional(),
  filesChanged: z.array(z.string()),
  testsGenerated: z.array(z.string()),
  status: z.enum(GENERATION_STATES),
  createdAt: count,
});
export type CodeGenerationRecord = z.infer<typeof CodeGenerationRecordSchema>;

/** A tool or an effect waits for a person. */
export const ApprovalAskedRecordSchema = z.object({
  ...work,
  type: z.literal('approval-asked'),
  key: EffectKeySchema,
  general: z.string(),
  subject: z.string(),
  /** For people: what would happen. */
  what: z.string(),
  /** Hash of exactly what would be done, or of the issue's text: an answer names it. */
  textHash: z.string(),
});
export type ApprovalAskedRecord = z.infer<typeof ApprovalAskedRecordSchema>;

/** A person's word. It holds for that text of that subject, whoever asked, and before anybody asked. */
export const ApprovalRecordSchema = z.object({
  ...common,
  type: z.literal('approval'),
  subject: z.string(),
  textHash: z.string(),
  verdict: z.enum(['approved', 'denied']),
  /** Login, or the operator's name at the CLI. */
  by: z.string(),
  via: z.enum(['comment', 'cli']),
  /** The comment's event. */
  eventId: EventIdSchema.optional(),
  reason: z.string().optional(),
});
export type ApprovalRecord = z.infer<typeof ApprovalRecordSchema>;

export const SESSION_ORDERS = ['pause', 'resume', 'cancel', 'steer'] as const;

/** What a person tells a session (`mindmesh sessions`). The newest counts; `steer` says something to the agent. */
export const SessionOrderRecordSchema = z.object({
  ...work,
  type: z.literal('session-order'),
  order: z.enum(SESSION_ORDERS),
  text: z.string().optional(),
  by: z.string(),
});
export type SessionOrderRecord = z.infer<typeof SessionOrderRecordSchema>;

export const AGENT_RECORD_SCHEMAS = [
  UsageRecordSchema,
  ActionRecordSchema,
  ConversationRecordSchema,
  CodeGenerationRecordSchema,
  ApprovalAskedRecordSchema,
  ApprovalRecordSchema,
  SessionOrderRecordSchema,
] as const;
