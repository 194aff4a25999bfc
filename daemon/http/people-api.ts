import * as z from 'zod';
import { OPERATOR_PATHS } from '../../protocols/operator.ts';
import {
  type ApprovalLine,
  ApprovalLineSchema,
  type ApprovalRequest,
  ApprovalRequestSchema,
  ApprovalsQuerySchema,
  type ConversationLine,
  ConversationLineSchema,
  ConversationsQuerySchema,
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
import { EventStreams } from './event-stream.ts';

export type SessionsFilter = z.output<typeof SessionsQuerySchema>;
export type ConversationsFilter = z.output<typeof ConversationsQuerySchema>;
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
  /** By issue. */
  conversations(filter: ConversationsFilter): Promise<readonly ConversationLine[]>;
  /** Calls back with each that begins or changes its state; the returned function ends it. */
  onConversation(listener: (line: ConversationLine) => void): () => void;
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
  conversationRoutes(app, api);
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

function conversationRoutes(app: App, api: PeopleApi): void {
  const list = {
    summary: 'What is talked about below issues, and how far each is',
    querystring: ConversationsQuerySchema,
    response: { 200: z.array(ConversationLineSchema) },
  };
  app.get(OPERATOR_PATHS.conversations, { schema: list }, async ({ query }) => [...(await api.conversations(query))]);
  const tail = { summary: 'Changes of those as they come (server-sent events)', querystring: ConversationsQuerySchema };
  const streams = new EventStreams();
  app.addHook('preClose', async () => streams.end());
  app.get(OPERATOR_PATHS.conversationsTail, { schema: tail }, ({ query: { status, repository } }, reply) => {
    reply.hijack();
    const fits = (line: ConversationLine) =>
      (status === undefined || line.status === status) && (repository === undefined || line.repository === repository);
    streams.open(reply.raw, (send) => api.onConversation((line) => void (fits(line) && send(line.id, line))));
  });
}
