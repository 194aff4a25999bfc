import type { ReplayView } from '../../../protocols/operator.ts';
import { clean } from '../output/clean.ts';
import type { Rendering } from '../output/look.ts';
import { routeTestRendering } from './route-test.ts';

/** The new event, or where it would go. */
export const replayedRendering: Rendering<ReplayView> = {
  names: ({ eventId, causationid }) => [eventId ?? causationid],
  table: ({ eventId, causationid, to, route }, look) => {
    const whom = to === undefined ? '' : ` for ${clean(to)}`;
    const head =
      eventId === undefined
        ? `${look.paint.yellow('nothing was sent')}: a replay of ${clean(causationid)}${whom} would go there\n`
        : `${clean(eventId)} replays ${clean(causationid)}${whom}\n  next: \`mindmesh explain ${clean(eventId)}\`\n`;
    return route === undefined || eventId !== undefined ? head : `${head}\n${routeTestRendering.table(route, look)}`;
  },
};
