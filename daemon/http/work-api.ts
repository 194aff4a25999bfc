import * as z from 'zod';
import {
  type DeadLetter,
  type DeadLetterChange,
  DeadLetterChangeSchema,
  type DeadLetterRequest,
  DeadLetterRequestSchema,
  DeadLetterSchema,
  DeadLettersQuerySchema,
  type LockLine,
  LockLineSchema,
  LocksQuerySchema,
  OPERATOR_PATHS,
  type ReplayRequest,
  ReplayRequestSchema,
  type ReplayView,
  ReplayViewSchema,
  type TaskLine,
  TaskLineSchema,
  TasksQuerySchema,
} from '../../protocols/operator.ts';
import type { App } from './app.ts';

export type TasksFilter = z.output<typeof TasksQuerySchema>;
export type DeadLettersFilter = z.output<typeof DeadLettersQuerySchema>;

/** The work of the org that is under way or was given up; any node of the org answers. */
export interface WorkApi {
  /** Those of the oldest event first. */
  tasks(filter: TasksFilter): Promise<readonly TaskLine[]>;
  /** The newest first. */
  deadLetters(filter: DeadLettersFilter): Promise<readonly DeadLetter[]>;
  /** By repository and branch; who holds it before who waits, in their order. */
  locks(filter: z.output<typeof LocksQuerySchema>): Promise<readonly LockLine[]>;
  /** Both resolve once it is recorded. @throws MeshError `not-found` */
  retry(request: DeadLetterRequest): Promise<DeadLetterChange>;
  drop(request: DeadLetterRequest): Promise<DeadLetterChange>;
  /** Resolves once the new event is recorded. @throws MeshError `not-found` */
  replay(request: ReplayRequest): Promise<ReplayView>;
}

interface Paths {
  readonly tasks: string;
  readonly dlq: string;
  readonly locks: string;
}

/** What is asked: on the orchestrator's port also below the names of the design. */
export function workViewRoutes(
  app: App,
  api: Pick<WorkApi, 'tasks' | 'deadLetters' | 'locks'>,
  paths: Paths = OPERATOR_PATHS,
): void {
  const tasks = {
    summary: 'Tasks of open events, those of the oldest event first',
    querystring: TasksQuerySchema,
    response: { 200: z.array(TaskLineSchema) },
  };
  app.get(paths.tasks, { schema: tasks }, async ({ query }) => [...(await api.tasks(query))]);
  const letters = {
    summary: 'Slots that were given up, the newest first',
    querystring: DeadLettersQuerySchema,
    response: { 200: z.array(DeadLetterSchema) },
  };
  app.get(paths.dlq, { schema: letters }, async ({ query }) => [...(await api.deadLetters(query))]);
  const locks = {
    summary: 'Branches that runs write to: who holds each, and who waits for it in which place',
    querystring: LocksQuerySchema,
    response: { 200: z.array(LockLineSchema) },
  };
  app.get(paths.locks, { schema: locks }, async ({ query }) => [...(await api.locks(query))]);
}

/** What is done about it. */
export function workRoutes(app: App, api: WorkApi): void {
  workViewRoutes(app, api);
  const body = DeadLetterRequestSchema;
  const response = { 200: DeadLetterChangeSchema };
  const retry = { summary: 'Try what was given up anew: the same event, the same slots', body, response };
  app.post(OPERATOR_PATHS.dlqRetry, { schema: retry }, (request) => api.retry(request.body));
  const drop = { summary: 'List it no more; the log keeps it', body, response };
  app.post(OPERATOR_PATHS.dlqDrop, { schema: drop }, (request) => api.drop(request.body));
  const replay = {
    summary: 'The same happening as a new event',
    body: ReplayRequestSchema,
    response: { 200: ReplayViewSchema },
  };
  app.post(OPERATOR_PATHS.replay, { schema: replay }, (request) => api.replay(request.body));
}
