import * as z from 'zod';
import { duration, listOf } from './values.ts';

/** GitHub keeps deliveries for so long. https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/redelivering-webhooks */
const KEPT_MS = 3 * 24 * 60 * 60_000;

const hook = z.int().positive();
const repositoryHook = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'is not a repository like owner/name'),
  hook,
});
const orgHook = z.strictObject({ org: z.string().regex(/^[\w-]+$/, 'is not the name of an organisation'), hook });
const appHook = z.strictObject({ app: z.literal(true) });

/** A webhook of a repository, of an organisation at GitHub, or the one of the GitHub App. */
const hookSchema = z.union([repositoryHook, orgHook, appHook], {
  error: 'is not {repository: OWNER/NAME, hook: NUMBER}, {org: NAME, hook: NUMBER} or {app: true}',
});
export type SweptHook = z.infer<typeof hookSchema>;

export const sweepSchema = z
  .strictObject({
    hooks: listOf(hookSchema)
      .default([])
      .describe(
        'Webhooks that are looked after: {repository: OWNER/NAME, hook: NUMBER}, {org: NAME, hook: NUMBER} or {app: true}. GitHub never repeats a delivery by itself; this node asks it to for what did not arrive. The number stands in the address of the webhook’s page. List them at every aggregator: one of them at a time looks.',
      ),
    every: duration('5m').describe(
      'Between two looks. A shorter time finds what is missing sooner and asks GitHub more often.',
    ),
    horizon: duration('3d')
      .refine((ms) => ms <= KEPT_MS, 'is longer than the 3d for which GitHub keeps deliveries')
      .describe('How far back the first look goes. Less spares what an older service at the same webhook missed.'),
  })
  .prefault({});
