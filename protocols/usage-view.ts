import * as z from 'zod';

/** What models took, as an operator asks for it (`mindmesh usage`). */
export const USAGE_GROUPS = ['day', 'general', 'model', 'repository'] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'is not a day like 2026-11-21');

/** Query of `usage`: added up by one of these, from a day of UTC on. Without one: of the last thirty days, today included. */
export const UsageQuerySchema = z.object({
  by: z.enum(USAGE_GROUPS).default('general'),
  since: day.optional(),
});
export type UsageQuery = z.input<typeof UsageQuerySchema>;

const figures = {
  calls: z.int(),
  promptTokens: z.int(),
  completionTokens: z.int(),
  /** Billionths of a US dollar: exact. */
  costNanoUsd: z.int(),
};

export const UsageViewSchema = z.object({
  by: z.enum(USAGE_GROUPS),
  since: day,
  /** Days newest first; else who took most money, then most tokens, first. */
  lines: z.array(
    z.object({
      /** Day, general, `provider/model`, or repository; empty for events of no repository. */
      name: z.string(),
      ...figures,
    }),
  ),
  total: z.object(figures),
});
export type UsageView = z.infer<typeof UsageViewSchema>;
export type UsageLine = UsageView['lines'][number];
