import type * as z from 'zod';
import { OPERATOR_PATHS } from '../../protocols/operator.ts';
import { UsageQuerySchema, type UsageView, UsageViewSchema } from '../../protocols/usage-view.ts';
import type { App } from './app.ts';

export interface UsageApi {
  /** What models took, added up. */
  usage(query: z.output<typeof UsageQuerySchema>): Promise<UsageView>;
}

export function usageRoutes(app: App, api: UsageApi): void {
  const schema = {
    summary: 'What models took: calls, tokens and money by day, general, model or repository',
    querystring: UsageQuerySchema,
    response: { 200: UsageViewSchema },
  };
  app.get(OPERATOR_PATHS.usage, { schema }, ({ query }) => api.usage(query));
}
