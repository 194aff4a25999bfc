import * as z from 'zod';
import { OPERATOR_PATHS } from '../../protocols/operator.ts';
import {
  type ApprovalLine,
  ApprovalLineSchema,
  type ApprovalRequest,
  ApprovalRequestSchema,
  ApprovalsQuerySchema,
  type SessionLine,
  SessionLineSchema,
  type SessionOrdered,
  SessionOrderedSchema,
  type SessionOrderRequest,
  SessionOrderRequestSchema,
  type SessionQuery,
  SessionQuerySchema,
  SessionsQuerySchema,
  type SessionView,
  SessionViewSchema,
} from '../../protocols/people.ts';
import type { App } from './app.ts';

export type SessionsFilter = z.output<typeof SessionsQuerySchema>;
export type ApprovalsFilter = z.output<typeof ApprovalsQuerySchema>;

/** Where people watch agents, answer them and stop them; any node of the org answers. */
export interface PeopleApi {
  /** Those of the oldest event first. */
  sessions(filter: SessionsFilter): Promise<readonly SessionLine[]>;
  /** @throws MeshError `not-found`, `usage` where several are meant */
  session(query: SessionQuery): Promise<SessionView>;
  /** Resolves once it is recorded. @throws MeshError `not-found` */
  orderSession(request: SessionOrderRequest): Promise<SessionOrdered>;
  /** The oldest first. */
  approvals(filter: ApprovalsFilter): Promise<readonly ApprovalLine[]>;
  /** Resolves once it is recorded. @throws MeshError `not-found`, `usage` where several texts are meant */
  approve(request: ApprovalRequest): Promise<ApprovalLine>;
}

interface Paths {
  readonly sessions: string;
  readonly approvals: string;
}

/** What is asked: on the orchestrator's port also below the names of the design. */
export function peopleViewRoutes(
  app: App,
  api: Pick<PeopleApi, 'sessions' | 'approvals'>,
  paths: Paths = OPERATOR_PATHS,
): void {
  const sessions = {
    summary: 'Work that generals have in hand, that of the oldest event first',
    querystring: SessionsQuerySchema,
    response: { 200: z.array(SessionLineSchema) },
  };
  app.get(paths.sessions, { schema: sessions }, async ({ query }) => [...(await api.sessions(query))]);
  const approvals = {
    summary: 'What waits for a person, the oldest first',
    querystring: ApprovalsQuerySchema,
    response: { 200: z.array(ApprovalLineSchema) },
  };
  app.get(paths.approvals, { schema: approvals }, async ({ query }) => [...(await api.approvals(query))]);
}

/** What is done about it. */
export function peopleRoutes(app: App, api: PeopleApi): void {
  peopleViewRoutes(app, api);
  const session = {
    summary: 'One session: where it is, and what it was told',
    querystring: SessionQuerySchema,
    response: { 200: SessionViewSchema },
  };
  app.get(OPERATOR_PATHS.session, { schema: session }, ({ query }) => api.session(query));
  const order = {
    summary: 'Pause, resume or cancel a session, or say something to its agent',
    body: SessionOrderRequestSchema,
    response: { 200: SessionOrderedSchema },
  };
  app.post(OPERATOR_PATHS.sessionOrder, { schema: order }, ({ body }) => api.orderSession(body));
  const approve = {
    summary: 'Approve or deny exactly one text',
    body: ApprovalRequestSchema,
    response: { 200: ApprovalLineSchema },
  };
  app.post(OPERATOR_PATHS.approve, { schema: approve }, ({ body }) => api.approve(body));
}
