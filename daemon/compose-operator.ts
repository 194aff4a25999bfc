import { MeshError } from '../protocols/errors.ts';
import type { MeshEvent } from '../protocols/event.ts';
import { EventIdSchema } from '../protocols/ids.ts';
import type { RoleName } from '../protocols/names.ts';
import type { StatusView } from '../protocols/operator.ts';
import { type ConcernFacts, findConcerns } from '../roles/operator/concerns.ts';
import { contestedBranches, lockLines } from '../roles/operator/lock-lines.ts';
import type { Queries } from '../roles/operator/queries.ts';
import { usageView } from '../roles/operator/usage-view.ts';
import { type RouteFacts, routeViews, type SelfFacts, statusView } from '../roles/operator/views.ts';
import type { Route } from '../roles/orchestrator/routes.ts';
import { loadOpenRuns } from '../roles/replica/open-runs.ts';
import { loadStory } from '../roles/replica/stories.ts';
import { contextOf, normalizeGiven } from './compose-apis.ts';
import type { Core } from './compose-core.ts';
import { composePeople } from './compose-people.ts';
import type { Roles } from './compose-roles.ts';
import { composeWork } from './compose-work.ts';
import type { LoadedConfig } from './config/load.ts';
import { configRows } from './config/view.ts';
import type { OperatorApi, RouteTestBody } from './http/operator-api.ts';

export interface OperatorParts {
  readonly loaded: LoadedConfig;
  readonly core: Core;
  readonly roles: Roles;
  readonly queries: Queries;
  readonly servers: ReadonlyMap<RoleName, { readonly url: string | undefined }>;
}

/** What the command line asks of a node. */
export function composeOperator(parts: OperatorParts): OperatorApi {
  const { loaded, core, roles, queries } = parts;
  const { config, settings, sources } = loaded;
  return {
    status: () => status(parts),
    peers: async () => queries.peers(),
    ping: async (peer) => ping(core, queries, peer),
    generals: async () => queries.generals(),
    routes: async () => routeViews(roles.routes.map(routeFacts), config.routing.unrouted),
    routeTest: async (body) => routeTest(parts, body),
    events: (filter) => queries.events(filter),
    onEvent: (listener) => queries.onEvent(listener),
    explain: (id) => queries.explain(id),
    eventBody: (id) => eventBody(parts, id),
    ...composeWork({ core, queries, orchestrator: roles.orchestrator }),
    ...composePeople({ config, core, queries }),
    usage: ({ by, since }) => usageView({ by, since, now: core.runtime.wall() }, core.store.tables),
    config: async () => configRows(settings, sources),
    version: () => ({ version: core.card.version, node: process.version }),
  };
}

async function status(parts: OperatorParts): Promise<StatusView> {
  const facts = await selfFacts(parts);
  const members = parts.core.roster.members();
  return statusView(facts, members, findConcerns(await concernFacts(parts, facts)));
}

async function selfFacts({ loaded, core, roles, queries, servers }: OperatorParts): Promise<SelfFacts> {
  const { config } = loaded;
  const { card, replica, mesh } = core;
  return {
    card,
    pid: process.pid,
    uptimeMs: Math.round(process.uptime() * 1_000),
    ready: core.isReady(),
    dataDir: config.node.dataDir,
    addresses: [...mesh.addresses()],
    http: Object.fromEntries([...servers].map(([role, server]) => [role, server.url ?? 'closed'])),
    log: replica.stats(),
    events: await queries.eventCounts(),
    generals: roles.general?.load() ?? [],
    rssBytes: process.memoryUsage.rss(),
    model: roles.models ?? 'offline-rules',
  };
}

async function concernFacts({ loaded, core, roles, queries }: OperatorParts, facts: SelfFacts): Promise<ConcernFacts> {
  const { config } = loaded;
  const { card, runtime, roster, replica, pressure } = core;
  const closed = roles.aggregator?.closed;
  const oldest = await queries.oldestOpen();
  const contested = contestedBranches(lockLines(await loadOpenRuns(core.store.tables)));
  return {
    self: card,
    now: runtime.monotonic(),
    uptimeMs: facts.uptimeMs,
    members: roster.members(),
    listed: config.mesh.peers,
    routed: roles.orchestrator ? roles.routes.flatMap(({ generals }) => generals) : [],
    model: { configured: roles.model !== undefined, problem: roles.model?.problem },
    webhookSecrets: config.ingest.github.secrets.length,
    unreadable: facts.log.unreadable,
    quarantined: replica.stats().quarantined,
    room: { ...pressure.facts, stage: pressure.now.stage },
    copiesWanted: roles.aggregator !== undefined && config.ingest.ack === 'peer',
    draining: roster.members().some(({ peer, presence }) => peer === card.peer && presence.draining),
    sweeps: (roles.sweeper?.report() ?? []).flatMap(({ hook, problem, fix }) =>
      problem === undefined || fix === undefined ? [] : [{ hook, problem, fix }],
    ),
    contested,
    ...(closed !== undefined && { closed }),
    ...(oldest && { oldestOpen: { eventId: oldest.eventId, ageMs: runtime.wall() - oldest.at } }),
  };
}

async function eventBody({ core, queries }: OperatorParts, wanted: string): Promise<Uint8Array> {
  const id = await queries.findEvent(wanted);
  if (id === undefined) throw new MeshError('not-found', { what: 'event', id: wanted });
  const { event } = await loadStory(id, { journal: core.replica, tables: core.store.tables });
  // Of an event that was not cut nobody keeps the body: its record holds all that is read of it.
  if (event?.dataref === undefined) throw new MeshError('not-found', { what: 'kept body of event', id });
  return core.blobs.get(event.dataref, id);
}

function routeFacts(route: Route): RouteFacts {
  return { ...route, match: { ...route.match } };
}

async function ping({ mesh }: Core, queries: Queries, wanted: string) {
  const found = queries.peers().find(({ peer, name }) => peer === wanted || name === wanted);
  if (found === undefined) throw new MeshError('not-found', { what: 'peer', id: wanted });
  return { peer: found.peer, name: found.name, rttMs: found.self ? 0 : await mesh.ping(found.peer) };
}

async function routeTest(parts: OperatorParts, body: RouteTestBody) {
  const { orchestrator } = parts.roles;
  if (orchestrator === undefined) {
    throw new MeshError('not-found', { what: 'orchestrator on this node:', id: parts.core.card.name });
  }
  const view = await orchestrator.routeTest(await givenEvent(parts, body));
  const names = parts.core.roster.members().map(({ peer, presence }) => [peer, presence.card.name]);
  return { ...view, names: Object.fromEntries(names) };
}

async function givenEvent({ core }: OperatorParts, body: RouteTestBody): Promise<MeshEvent> {
  if ('eventId' in body) {
    const id = EventIdSchema.safeParse(body.eventId);
    const story = id.success
      ? await loadStory(id.data, { journal: core.replica, tables: core.store.tables })
      : undefined;
    if (story?.event === undefined) throw new MeshError('not-found', { what: 'event', id: body.eventId });
    return story.event;
  }
  if (!('payload' in body)) return body.event;
  const event = normalizeGiven(body.event, body.payload, contextOf(core));
  if (event === undefined) throw new MeshError('not-found', { what: 'rule for', id: body.event });
  return event;
}
