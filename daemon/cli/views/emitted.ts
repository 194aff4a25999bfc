import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';

/** What the aggregator answered to a webhook, in its own words. */
export interface EmittedView {
  readonly status: number;
  readonly delivery: string;
  readonly message: string;
  readonly event_id?: string;
  readonly duplicate?: boolean;
}

export const emittedRendering: Rendering<EmittedView> = {
  names: ({ event_id }) => (event_id === undefined ? [] : [event_id]),
  table: ({ status, message, event_id, duplicate }, { paint }) => {
    const word = duplicate === true ? paint.yellow('taken before') : paint.green(clean(message));
    if (event_id === undefined) return `${status} ${word}\n`;
    return `${status} ${word}: ${clean(event_id)}\nTry: mindmesh explain ${clean(event_id)}\n`;
  },
};
