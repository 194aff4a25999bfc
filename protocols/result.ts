import * as z from 'zod';

/** What a general made of an event. The reply shape of the source document's generals is kept, with what it cost beside it. */
export const FindingSchema = z.object({
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
  title: z.string(),
  detail: z.string(),
  /** Path, label or field it is about. */
  where: z.string().optional(),
  /** Line of the new version of the file that `where` names; only of lines that the change shows. */
  line: z.int().positive().optional(),
});
export type Finding = z.infer<typeof FindingSchema>;

/** The part a model answers; also its JSON schema. */
export const AnswerSchema = z.object({
  summary: z.string().min(1),
  findings: z.array(FindingSchema),
  recommendations: z.array(z.string()),
  /** How sure the general is of its summary, 0–1. */
  confidence: z.number().min(0).max(1),
  /** Labels it would set, of those its manifest names. */
  labels: z.array(z.string()).optional(),
});
export type Answer = z.infer<typeof AnswerSchema>;

export const UsageSchema = z.object({
  promptTokens: z.int().nonnegative(),
  completionTokens: z.int().nonnegative(),
  /** US dollars by the configured prices; 0 where none is configured. */
  costUsd: z.number().nonnegative(),
});
export type Usage = z.infer<typeof UsageSchema>;

export const ResultSchema = z.object({
  general: z.string(),
  cluster: z.string(),
  specialisations: z.array(z.string()),
  answer: AnswerSchema,
  /** `model`, or `offline-rules` when no model was used: never pretended otherwise (W9). */
  engine: z.enum(['model', 'offline-rules']),
  /** Name of the model where one was used. */
  model: z.string().optional(),
  /** Why the rules answered instead of a model. */
  degraded: z.string().optional(),
  usage: UsageSchema,
  /** Milliseconds from the beginning of the execution to its end. */
  durationMs: z.number().nonnegative(),
});
export type Result = z.infer<typeof ResultSchema>;
