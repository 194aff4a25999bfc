import { z } from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import { type MeshEvent, MeshEventSchema } from '../../protocols/event.ts';
import { type EventId, EventIdSchema } from '../../protocols/ids.ts';
import {
  type EventLine,
  EventLineSchema,
  type ExplainView,
  ExplainViewSchema,
  type GeneralView,
  GeneralViewSchema,
  OPERATOR_PATHS,
  type PeerView,
  PeerViewSchema,
  type PingView,
  PingViewSchema,
  type RouteTestView,
  RouteTestViewSchema,
  type RouteView,
  RouteViewSchema,
  type StatusView,
  StatusViewSchema,
} from '../../protocols/operator.ts';
import type { App, Routes } from './app.ts';
import { EventStreams } from './event-stream.ts';
import { type EventQuery, EventQuerySchema } from './orchestrator-api.ts';

const VersionViewSchema = z.object({ version: z.string(), node: z.string() });
export type VersionView = z.infer<typeof VersionViewSchema>;

/** A payload as GitHub sends it, with the name of its event. */
const PayloadSchema = z.object({ event: z.string().min(1), payload: z.record(z.string(), z.unknown()) });
export type GivenPayload = z.infer<typeof PayloadSchema>;

/** What an operator can ask of a node; the values are those of `protocols/operator.ts`. */
export interface OperatorApi {
  status(): Promise<StatusView>;
  peers(): Promise<readonly PeerView[]>;
  /** @param peer id or name of one; all connected ones without it. @throws MeshError `not-found` or `peer-unreachable`. */
  ping(peer?: string): Promise<readonly PingView[]>;
  generals(): Promise<readonly GeneralView[]>;
  routes(): Promise<readonly RouteView[]>;
  routeTest(input: MeshEvent | GivenPayload): Promise<RouteTestView>;
  events(query: EventQuery): Promise<readonly EventLine[]>;
  /** Calls back with each event that comes in, or whose state changes; the returned function ends it. */
  onEvent(listener: (line: EventLine) => void): () => void;
  explain(id: EventId): Promise<ExplainView | undefined>;
  /** The configuration with secrets masked. */
  config(): Promise<unknown>;
  version(): VersionView;
}

/** The same JSON on the operator's socket (no token) and on a role's port (token). */
export function operatorRoutes(api: OperatorApi): Routes {
  return (app) => {
    viewRoutes(app, api);
    meshRoutes(app, api);
    routingRoutes(app, api);
    eventRoutes(app, api);
  };
}

function viewRoutes(app: App, api: OperatorApi): void {
  const status = { summary: 'This node, and what is wrong with it', response: { 200: StatusViewSchema } };
  app.get(OPERATOR_PATHS.status, { schema: status }, () => api.status());
  const config = { summary: 'The configuration in force, without secrets' };
  app.get(OPERATOR_PATHS.config, { schema: config }, () => api.config());
  const version = { summary: 'Version of the build', response: { 200: VersionViewSchema } };
  app.get(OPERATOR_PATHS.version, { schema: version }, () => api.version());
}

function meshRoutes(app: App, api: OperatorApi): void {
  const peers = { summary: 'Nodes of the mesh as this one sees them', response: { 200: z.array(PeerViewSchema) } };
  app.get(OPERATOR_PATHS.peers, { schema: peers }, async () => [...(await api.peers())]);
  const generals = { summary: 'Generals, one row for each cluster', response: { 200: z.array(GeneralViewSchema) } };
  app.get(OPERATOR_PATHS.generals, { schema: generals }, async () => [...(await api.generals())]);
  const ping = {
    summary: 'Round-trip times to peers',
    querystring: z.object({ peer: z.string().min(1).optional() }),
    response: { 200: z.array(PingViewSchema) },
  };
  app.get(OPERATOR_PATHS.ping, { schema: ping }, async ({ query }) => [...(await api.ping(query.peer))]);
}

function routingRoutes(app: App, api: OperatorApi): void {
  const routes = { summary: 'The routing rules in force', response: { 200: z.array(RouteViewSchema) } };
  app.get(OPERATOR_PATHS.routes, { schema: routes }, async () => [...(await api.routes())]);
  const test = {
    summary: 'Where an event would go, without sending it',
    body: z.union([PayloadSchema, MeshEventSchema]),
    response: { 200: RouteTestViewSchema },
  };
  app.post(OPERATOR_PATHS.routesTest, { schema: test }, ({ body }) => api.routeTest(body));
}

function eventRoutes(app: App, api: OperatorApi): void {
  const list = {
    summary: 'Events of the org, newest first',
    querystring: EventQuerySchema,
    response: { 200: z.array(EventLineSchema) },
  };
  app.get(OPERATOR_PATHS.events, { schema: list }, async ({ query }) => [...(await api.events(query))]);
  const tail = {
    summary: 'Events as they come (server-sent events)',
    querystring: EventQuerySchema.pick({ kind: true, repository: true }),
  };
  const streams = new EventStreams();
  app.addHook('preClose', async () => streams.end());
  app.get(OPERATOR_PATHS.eventsTail, { schema: tail }, ({ query }, reply) => {
    reply.hijack();
    streams.open(reply.raw, (send) =>
      api.onEvent((line) => {
        if (query.kind !== undefined && line.kind !== query.kind) return;
        if (query.repository !== undefined && line.repository !== query.repository) return;
        send(line.eventId, line);
      }),
    );
  });
  const explain = {
    summary: 'Where an event went and why',
    params: z.object({ id: EventIdSchema }),
    response: { 200: ExplainViewSchema },
  };
  app.get(`${OPERATOR_PATHS.explain}/:id`, { schema: explain }, async ({ params: { id } }) => {
    const view = await api.explain(id);
    if (view === undefined) throw new MeshError('not-found', { what: 'event', id });
    return view;
  });
}
