import { mergeRoutes, type Route } from '../../../roles/orchestrator/routes.ts';

/** In every cluster that offers it, in one of them. */
export const EVERYWHERE = 'review-general';
export const ONE_OF_THEM = 'product-general';

/** One rule with each kind of slot. */
export const ROUTES: readonly Route[] = mergeRoutes(
  [
    {
      name: 'everywhere',
      match: { kind: 'pr_created' },
      generals: [EVERYWHERE],
      strategy: 'broadcast',
      priority: 'high',
    },
    { name: 'in turn', match: { kind: 'issue_opened' }, generals: [ONE_OF_THEM], strategy: 'round_robin' },
    { name: 'by load', match: { kind: 'issue_commented' }, generals: [ONE_OF_THEM], strategy: 'load_balanced' },
    {
      name: 'both',
      match: { kind: 'needs_attention' },
      generals: [ONE_OF_THEM, EVERYWHERE],
      strategy: 'load_balanced',
      priority: 'critical',
    },
  ],
  { defaults: false },
);

export const KINDS = ['pr_created', 'issue_opened', 'issue_commented', 'needs_attention'] as const;

/** As often as they come: most is work for one general, some is for all of them, or for several. */
export const DRAWN_KINDS = [
  'pr_created',
  'issue_opened',
  'issue_opened',
  'issue_commented',
  'issue_commented',
  'issue_commented',
  'needs_attention',
] as const satisfies readonly (typeof KINDS)[number][];
