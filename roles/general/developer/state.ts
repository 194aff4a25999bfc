import * as z from 'zod';
import { UsageSchema } from '../../../protocols/result.ts';
import { ChangeSchema, PlanSchema } from './form.ts';

/** Where the work on one issue is. Everything a later step needs, so that another process, or another node, goes on from it. */
export const DeveloperStateSchema = z.object({
  issue: z.object({ number: z.int(), title: z.string(), body: z.string(), textHash: z.string() }),
  base: z.string(),
  plan: PlanSchema.optional(),
  /** One upon the other. */
  changes: z.array(ChangeSchema),
  /** What came of the last trial, for the model. */
  feedback: z.string(),
  trials: z.int().nonnegative(),
  /** Of the last trial that ended well. */
  tested: z.enum(['passed', 'untested']).optional(),
  model: z.string(),
  usage: UsageSchema,
});
export type DeveloperState = z.infer<typeof DeveloperStateSchema>;
