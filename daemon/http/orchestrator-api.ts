import * as z from 'zod';
import { MeshError } from '../../protocols/errors.ts';
import {
  type DistributeRequest,
  DistributeRequestSchema,
  type DistributeResult,
  DistributeResultSchema,
  type Distributions,
  DistributionsSchema,
  type GeneralStatus,
  GeneralStatusSchema,
  type MindosStatus,
  MindosStatusSchema,
} from '../../protocols/mindos.ts';
import {
  type EventLine,
  EventLineSchema,
  EventsQuerySchema,
  type GeneralView,
  GeneralViewSchema,
} from '../../protocols/operator.ts';
import type { App, Routes } from './app.ts';
import { type PeopleApi, peopleViewRoutes } from './people-api.ts';
import { type WorkApi, workViewRoutes } from './work-api.ts';

/** What the orchestrator's port needs. */
export interface OrchestratorApi
  extends Pick<WorkApi, 'tasks' | 'deadLetters' | 'locks'>,
    Pick<PeopleApi, 'sessions' | 'approvals'> {
  /** Resolves once the decision is recorded. */
  distribute(request: DistributeRequest): Promise<DistributeResult>;
  status(): Promise<MindosStatus>;
  general(cluster: string, name: string): Promise<GeneralView | undefined>;
  /** Resolves once it is recorded. */
  setGeneralStatus(cluster: string, name: string, status: GeneralStatus): Promise<void>;
  /** The newest ones and how many there are. */
  distributions(limit: number): Promise<Distributions>;
  /** Newest first. */
  events(filter: z.output<typeof EventsQuerySchema>): Promise<readonly EventLine[]>;
}

const RECENT = 10;
const GeneralParamsSchema = z.object({ cluster: z.string(), name: z.string() });

/** The orchestrator's routes as the source documents name them. */
export function orchestratorRoutes(api: OrchestratorApi): Routes {
  return (app) => {
    distributionRoutes(app, api);
    generalRoutes(app, api);
    workViewRoutes(app, api, { tasks: '/tasks', dlq: '/dlq', locks: '/locks' });
    peopleViewRoutes(app, api, { sessions: '/sessions', approvals: '/approvals' });
    const schema = {
      summary: 'Events of the org, newest first',
      querystring: EventsQuerySchema,
      response: { 200: z.array(EventLineSchema) },
    };
    app.get('/events', { schema }, async (request) => [...(await api.events(request.query))]);
  };
}

function distributionRoutes(app: App, api: OrchestratorApi): void {
  const distribute = {
    summary: 'Give an event to generals',
    body: DistributeRequestSchema,
    response: { 200: DistributeResultSchema },
  };
  app.post('/distribute', { schema: distribute }, (request) => api.distribute(request.body));
  const status = { summary: 'Generals and distributions of the org', response: { 200: MindosStatusSchema } };
  app.get('/status', { schema: status }, () => api.status());
  const history = {
    summary: 'The newest distributions',
    querystring: z.object({ limit: z.coerce.number().int().min(1).max(1_000).default(RECENT) }),
    response: { 200: DistributionsSchema },
  };
  app.get('/distributions', { schema: history }, (request) => api.distributions(request.query.limit));
}

function generalRoutes(app: App, api: OrchestratorApi): void {
  const one = {
    summary: 'One general of one cluster',
    params: GeneralParamsSchema,
    response: { 200: GeneralViewSchema },
  };
  app.get('/generals/:cluster/:name', { schema: one }, ({ params }) => generalOf(api, params));
  const change = {
    summary: 'Say whether a general takes work; every orchestrator honours it',
    params: GeneralParamsSchema,
    body: z.object({ status: GeneralStatusSchema }),
    response: { 200: GeneralViewSchema },
  };
  app.put('/generals/:cluster/:name/status', { schema: change }, async ({ params, body }) => {
    const general = await generalOf(api, params);
    await api.setGeneralStatus(params.cluster, general.name, body.status);
    return generalOf(api, params);
  });
}

async function generalOf(
  api: OrchestratorApi,
  { cluster, name }: z.infer<typeof GeneralParamsSchema>,
): Promise<GeneralView> {
  const general = await api.general(cluster, name);
  if (general === undefined) throw new MeshError('general-unknown', { cluster, general: name });
  return general;
}
