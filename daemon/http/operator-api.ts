import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import {
  type ConfigRow,
  ConfigRowSchema,
  type EventLine,
  EventLineSchema,
  EventsQuerySchema,
  ExplainQuerySchema,
  type ExplainView,
  ExplainViewSchema,
  type GeneralView,
  GeneralViewSchema,
  OPERATOR_PATHS,
  type PeerView,
  PeerViewSchema,
  PingQuerySchema,
  type PingView,
  PingViewSchema,
  RouteTestRequestSchema,
  type RouteTestView,
  RouteTestViewSchema,
  type RouteView,
  RouteViewSchema,
  type StatusView,
  StatusViewSchema,
  type VersionView,
  VersionViewSchema,
} from '../../protocols/operator.ts';
import type { App, Routes } from './app.ts';
import { EventStreams } from './event-stream.ts';
import { type PeopleApi, peopleRoutes } from './people-api.ts';
import { type UsageApi, usageRoutes } from './usage-api.ts';
import { type WorkApi, workRoutes } from './work-api.ts';

/** A payload as its sender posts it, with the name of its event. */
const PayloadSchema = z.strictObject({ event: z.string().min(1), payload: z.record(z.string(), z.unknown()) });
const RouteTestBodySchema = z.union([...RouteTestRequestSchema.options, PayloadSchema]);
export type RouteTestBody = z.output<typeof RouteTestBodySchema>;
export type EventsFilter = z.output<typeof EventsQuerySchema>;

/** What an operator can ask of a node; the values are those of `protocols/operator.ts`. */
export interface OperatorApi extends WorkApi, PeopleApi, UsageApi {
  status(): Promise<StatusView>;
  peers(): Promise<readonly PeerView[]>;
  /** @param peer id or name of a node. @throws MeshError `not-found`, `peer-unreachable` or `request-timeout`. */
  ping(peer: string): Promise<PingView>;
  generals(): Promise<readonly GeneralView[]>;
  routes(): Promise<readonly RouteView[]>;
  /** @throws MeshError `not-found` for an event id that is not here, `payload-invalid` for a payload that is no such event. */
  routeTest(input: RouteTestBody): Promise<RouteTestView>;
  /** Newest first. */
  events(filter: EventsFilter): Promise<readonly EventLine[]>;
  /** Calls back with each event that comes in, or whose state changes; the returned function ends it. */
  onEvent(listener: (line: EventLine) => void): () => void;
  /** @param id of an event, or the end of one. Undefined when there is none. */
  explain(id: string): Promise<ExplainView | undefined>;
  /**
   * The body of an event as its sender posted it, from whichever node has it.
   * @throws MeshError `not-found`, also for an event whose record holds all of it; `blob-missing`.
   */
  eventBody(id: string): Promise<Uint8Array>;
  config(): Promise<readonly ConfigRow[]>;
  version(): VersionView;
}

/** The same JSON on the operator's socket (no token) and on a role's port (token). */
export function operatorRoutes(api: OperatorApi): Routes {
  return (app) => {
    viewRoutes(app, api);
    meshRoutes(app, api);
    routingRoutes(app, api);
    eventRoutes(app, api);
    bodyRoutes(app, api);
    explainRoutes(app, api);
    workRoutes(app, api);
    peopleRoutes(app, api);
    usageRoutes(app, api);
  };
}

function viewRoutes(app: App, api: OperatorApi): void {
  const status = { summary: 'This node, and what is wrong with it', response: { 200: StatusViewSchema } };
  app.get(OPERATOR_PATHS.status, { schema: status }, () => api.status());
  const config = {
    summary: 'The configuration in force, without secrets',
    response: { 200: z.array(ConfigRowSchema) },
  };
  app.get(OPERATOR_PATHS.config, { schema: config }, async () => [...(await api.config())]);
  const version = { summary: 'Version of the build', response: { 200: VersionViewSchema } };
  app.get(OPERATOR_PATHS.version, { schema: version }, () => api.version());
}

function meshRoutes(app: App, api: OperatorApi): void {
  const peers = { summary: 'Nodes of the mesh as this one sees them', response: { 200: z.array(PeerViewSchema) } };
  app.get(OPERATOR_PATHS.peers, { schema: peers }, async () => [...(await api.peers())]);
  const generals = { summary: 'Generals, one row for each cluster', response: { 200: z.array(GeneralViewSchema) } };
  app.get(OPERATOR_PATHS.generals, { schema: generals }, async () => [...(await api.generals())]);
  const ping = {
    summary: 'Round-trip time to a peer, over the mesh',
    querystring: PingQuerySchema,
    response: { 200: PingViewSchema },
  };
  app.get(OPERATOR_PATHS.ping, { schema: ping }, ({ query }) => api.ping(query.peer));
}

function routingRoutes(app: App, api: OperatorApi): void {
  const routes = { summary: 'The routing rules in force', response: { 200: z.array(RouteViewSchema) } };
  app.get(OPERATOR_PATHS.routes, { schema: routes }, async () => [...(await api.routes())]);
  const test = {
    summary: 'Where an event would go, without sending it',
    body: RouteTestBodySchema,
    response: { 200: RouteTestViewSchema },
  };
  app.post(OPERATOR_PATHS.routesTest, { schema: test }, ({ body }) => api.routeTest(body));
}

function eventRoutes(app: App, api: OperatorApi): void {
  const list = {
    summary: 'Events of the org, newest first',
    querystring: EventsQuerySchema,
    response: { 200: z.array(EventLineSchema) },
  };
  app.get(OPERATOR_PATHS.events, { schema: list }, async ({ query }) => [...(await api.events(query))]);
  const tail = { summary: 'Events as they come (server-sent events)', querystring: EventsQuerySchema };
  const streams = new EventStreams();
  app.addHook('preClose', async () => streams.end());
  app.get(OPERATOR_PATHS.eventsTail, { schema: tail }, ({ query }, reply) => {
    reply.hijack();
    streams.open(reply.raw, (send) =>
      api.onEvent((line) => {
        if (fits(line, query)) send(line.eventId, line);
      }),
    );
  });
}

function bodyRoutes(app: App, api: OperatorApi): void {
  const schema = {
    summary: 'The whole body of an event whose record holds only a part of it',
    querystring: ExplainQuerySchema,
  };
  app.get(OPERATOR_PATHS.eventBody, { schema }, async ({ query }, reply) => {
    const body = await api.eventBody(query.id);
    return reply.type('application/json').send(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
  });
}

function explainRoutes(app: App, api: OperatorApi): void {
  const explain = async (id: string) => {
    const view = await api.explain(id);
    if (view === undefined) throw new MeshError('not-found', { what: 'event', id });
    return view;
  };
  const summary = 'Where an event went and why; the end of its id will do';
  const response = { 200: ExplainViewSchema };
  const byQuery = { summary, querystring: ExplainQuerySchema, response };
  app.get(OPERATOR_PATHS.explain, { schema: byQuery }, ({ query }) => explain(query.id));
  const byPath = { summary, params: ExplainQuerySchema, response };
  app.get(`${OPERATOR_PATHS.explain}/:id`, { schema: byPath }, ({ params }) => explain(params.id));
}

function fits(line: EventLine, { kind, repository, state }: EventsFilter): boolean {
  return (
    (kind === undefined || line.kind === kind) &&
    (repository === undefined || line.repository === repository) &&
    (state === undefined || line.state === state)
  );
}
