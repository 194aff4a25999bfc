import { MeshError } from '../protocols/errors.ts';
import { generalName } from '../protocols/generals.ts';
import { WIRE_VERSION } from '../protocols/names.ts';
import type { ReplayRequest, ReplayView } from '../protocols/operator.ts';
import { DeadLetters } from '../roles/operator/dead-letters.ts';
import { lockLines } from '../roles/operator/lock-lines.ts';
import type { Queries } from '../roles/operator/queries.ts';
import { replayOf } from '../roles/operator/replay.ts';
import { listTasks } from '../roles/operator/task-list.ts';
import type { Orchestrator } from '../roles/orchestrator/orchestrator.ts';
import { loadOpenRuns } from '../roles/replica/open-runs.ts';
import { loadStory } from '../roles/replica/stories.ts';
import type { Core } from './compose-core.ts';
import type { WorkApi } from './http/work-api.ts';

export interface WorkParts {
  readonly core: Core;
  readonly queries: Queries;
  /** Only it can tell where an event would go. */
  readonly orchestrator?: Orchestrator | undefined;
}

/** What is under way, what was given up, and what an operator does about it. */
export function composeWork(parts: WorkParts): WorkApi {
  const { core, queries } = parts;
  const logs = { journal: core.replica, tables: core.store.tables };
  const letters = new DeadLetters({ ...logs, runtime: core.runtime, findEvent: (id) => queries.findEvent(id) });
  return {
    tasks: async (filter) => {
      const lines = await listTasks(filter, logs);
      return lines.map((line) => ({ ...line, ...(line.node && { nodeName: queries.nameOf(line.node) }) }));
    },
    deadLetters: (filter) => letters.list(filter),
    locks: async ({ repository }) =>
      lockLines(await loadOpenRuns(logs.tables), repository === undefined ? {} : { repository }),
    retry: ({ id, slot }) => letters.retry(id, slot),
    drop: ({ id, slot }) => letters.drop(id, slot),
    replay: (request) => replay(request, parts),
  };
}

async function replay({ id, to, dryRun = false }: ReplayRequest, parts: WorkParts): Promise<ReplayView> {
  const { core, queries, orchestrator } = parts;
  const { replica: journal, store, runtime } = core;
  const known = await queries.findEvent(id);
  const story = known && (await loadStory(known, { journal, tables: store.tables }));
  if (story?.event === undefined) throw new MeshError('not-found', { what: 'event', id });
  const general = to === undefined ? undefined : generalNamed(to, queries);
  const event = replayOf(story.event, { unique: runtime.ulid(), ...(general !== undefined && { to: general }) });
  if (orchestrator === undefined && dryRun) {
    throw new MeshError('not-found', { what: 'orchestrator on this node:', id: core.card.name });
  }
  const route = orchestrator?.routeTest(event);
  if (!dryRun) await journal.append({ v: WIRE_VERSION, type: 'event', at: Math.round(runtime.wall()), event });
  return {
    ...(!dryRun && { eventId: event.id }),
    causationid: story.event.id,
    hops: event.hops,
    ...(general !== undefined && { to: general }),
    ...(route && { route: { ...route, names: namesOf(queries) } }),
  };
}

/** A general nobody knows would be waited for a week: a slip of the pen is told at once. */
function generalNamed(text: string, queries: Queries): string {
  const name = generalName(text);
  if (queries.generals().some((general) => general.name === name)) return name;
  throw new MeshError('not-found', { what: 'general', id: text });
}

function namesOf(queries: Queries): Record<string, string> {
  return Object.fromEntries(queries.peers().map(({ peer, name }) => [peer, name]));
}
