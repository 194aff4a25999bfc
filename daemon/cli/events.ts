import { MeshError } from '../../protocols/errors.ts';
import { KINDS } from '../../protocols/event.ts';
import type { EventsQuery } from '../../protocols/operator.ts';
import { type Args, textOf } from './args.ts';
import { viewVerb } from './view-verb.ts';
import { eventsRendering } from './views/events.ts';

export const run = viewVerb((client, args) => client.events(queryOf(args)), eventsRendering);

export function queryOf(args: Args): EventsQuery {
  const kind = textOf(args, 'kind');
  const known = KINDS.find((each) => each === kind);
  if (kind !== undefined && known === undefined) {
    throw new MeshError('usage', { problem: `there is no kind ${kind}; there are ${KINDS.join(', ')}` });
  }
  const [limit, repository, state] = ['limit', 'repository', 'state'].map((name) => textOf(args, name));
  return {
    ...(limit && { limit }),
    ...(known && { kind: known }),
    ...(repository && { repository }),
    ...(state && { state }),
  };
}
