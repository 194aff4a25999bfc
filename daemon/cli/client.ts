import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { MeshError, messageOf } from '../../protocols/errors.ts';
import {
  type ConfigRow,
  ConfigRowSchema,
  type DeadLetter,
  type DeadLetterChange,
  DeadLetterChangeSchema,
  type DeadLetterRequest,
  DeadLetterSchema,
  type DeadLettersQuery,
  type EventLine,
  EventLineSchema,
  type EventsQuery,
  type ExplainView,
  ExplainViewSchema,
  type GeneralView,
  GeneralViewSchema,
  type LockLine,
  LockLineSchema,
  type LocksQuery,
  OPERATOR_PATHS,
  type PeerView,
  PeerViewSchema,
  type PingView,
  PingViewSchema,
  type ReplayRequest,
  type ReplayView,
  ReplayViewSchema,
  type RouteTestRequest,
  type RouteTestView,
  RouteTestViewSchema,
  type RouteView,
  RouteViewSchema,
  type StatusView,
  StatusViewSchema,
  type TaskLine,
  TaskLineSchema,
  type TasksQuery,
  type VersionView,
  VersionViewSchema,
} from '../../protocols/operator.ts';
import {
  type ApprovalLine,
  ApprovalLineSchema,
  type ApprovalRequest,
  type SessionLine,
  SessionLineSchema,
  type SessionOrdered,
  SessionOrderedSchema,
  type SessionOrderRequest,
  type SessionQuery,
  type SessionsQuery,
  type SessionView,
  SessionViewSchema,
} from '../../protocols/people.ts';
import { type UsageQuery, type UsageView, UsageViewSchema } from '../../protocols/usage-view.ts';
import { eventData } from './event-stream.ts';
import { refusalOf, unreadable } from './refusal.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

interface Call {
  readonly method?: 'GET' | 'POST';
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** A daemon that is alive answers its operator in milliseconds; one that hangs shall not hang the command. */
const ANSWER_MS = 15_000;
/** The daemon asks its peers one after the other. */
const BODY_MS = 120_000;

/**
 * Speaks to a daemon over its unix socket.
 * Every call throws MeshError `daemon-down` when nobody answers there, `not-allowed` when this user may not open the socket,
 * `daemon-refused` with what the daemon said, and `request-timeout`.
 */
export class OperatorClient {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  status(): Promise<StatusView> {
    return this.#get(OPERATOR_PATHS.status, StatusViewSchema);
  }

  peers(): Promise<PeerView[]> {
    return this.#get(OPERATOR_PATHS.peers, z.array(PeerViewSchema));
  }

  /** @param peer peer id or name of a node */
  ping(peer: string): Promise<PingView> {
    return this.#get(OPERATOR_PATHS.ping, PingViewSchema, { peer });
  }

  generals(): Promise<GeneralView[]> {
    return this.#get(OPERATOR_PATHS.generals, z.array(GeneralViewSchema));
  }

  routes(): Promise<RouteView[]> {
    return this.#get(OPERATOR_PATHS.routes, z.array(RouteViewSchema));
  }

  routeTest(body: RouteTestRequest): Promise<RouteTestView> {
    return this.#call(OPERATOR_PATHS.routesTest, RouteTestViewSchema, { method: 'POST', body });
  }

  events(query: EventsQuery = {}): Promise<EventLine[]> {
    return this.#get(OPERATOR_PATHS.events, z.array(EventLineSchema), filters(query));
  }

  /** Events as they come, until the signal or the daemon ends it. */
  async *tail(query: EventsQuery, signal: AbortSignal): AsyncGenerator<EventLine> {
    try {
      const response = await this.#open(OPERATOR_PATHS.eventsTail, { query: filters(query), signal });
      if (response.statusCode !== 200) throw refusalOf(response.statusCode ?? 0, await text(response));
      for await (const data of eventData(response)) yield this.#decode(EventLineSchema, data);
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof MeshError ? error : this.#describe(error);
    }
    // Only a daemon that stops ends the stream.
    throw new MeshError('daemon-down', { socket: this.#socket });
  }

  explain(id: string): Promise<ExplainView> {
    return this.#get(OPERATOR_PATHS.explain, ExplainViewSchema, { id });
  }

  /** The body of an event as its sender posted it: JSON. Another node may have to be asked for it. */
  eventBody(id: string): Promise<string> {
    return this.#text(OPERATOR_PATHS.eventBody, { query: { id }, signal: AbortSignal.timeout(BODY_MS) });
  }

  tasks(query: TasksQuery = {}): Promise<TaskLine[]> {
    return this.#get(OPERATOR_PATHS.tasks, z.array(TaskLineSchema), asQuery(query));
  }

  deadLetters(query: DeadLettersQuery = {}): Promise<DeadLetter[]> {
    return this.#get(OPERATOR_PATHS.dlq, z.array(DeadLetterSchema), asQuery(query));
  }

  locks(query: LocksQuery = {}): Promise<LockLine[]> {
    return this.#get(OPERATOR_PATHS.locks, z.array(LockLineSchema), asQuery(query));
  }

  usage(query: UsageQuery = {}): Promise<UsageView> {
    return this.#get(OPERATOR_PATHS.usage, UsageViewSchema, asQuery(query));
  }

  sessions(query: SessionsQuery = {}): Promise<SessionLine[]> {
    return this.#get(OPERATOR_PATHS.sessions, z.array(SessionLineSchema), asQuery(query));
  }

  session(query: SessionQuery): Promise<SessionView> {
    return this.#get(OPERATOR_PATHS.session, SessionViewSchema, asQuery(query));
  }

  orderSession(body: SessionOrderRequest): Promise<SessionOrdered> {
    return this.#call(OPERATOR_PATHS.sessionOrder, SessionOrderedSchema, { method: 'POST', body });
  }

  /** @param all also what was answered */
  approvals(query: { readonly limit?: string; readonly all?: boolean } = {}): Promise<ApprovalLine[]> {
    return this.#get(OPERATOR_PATHS.approvals, z.array(ApprovalLineSchema), asQuery(query));
  }

  approve(body: ApprovalRequest): Promise<ApprovalLine> {
    return this.#call(OPERATOR_PATHS.approve, ApprovalLineSchema, { method: 'POST', body });
  }

  retry(body: DeadLetterRequest): Promise<DeadLetterChange> {
    return this.#call(OPERATOR_PATHS.dlqRetry, DeadLetterChangeSchema, { method: 'POST', body });
  }

  drop(body: DeadLetterRequest): Promise<DeadLetterChange> {
    return this.#call(OPERATOR_PATHS.dlqDrop, DeadLetterChangeSchema, { method: 'POST', body });
  }

  replay(body: ReplayRequest): Promise<ReplayView> {
    return this.#call(OPERATOR_PATHS.replay, ReplayViewSchema, { method: 'POST', body });
  }

  config(): Promise<ConfigRow[]> {
    return this.#get(OPERATOR_PATHS.config, z.array(ConfigRowSchema));
  }

  version(): Promise<VersionView> {
    return this.#get(OPERATOR_PATHS.version, VersionViewSchema);
  }

  /** The bytes of a backup as the daemon makes them, until the signal ends it. @param key with the node's private key */
  async backup(key: boolean, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const response = await this.#open(OPERATOR_PATHS.backup, { query: { key: String(key) }, signal });
    const status = response.statusCode ?? 0;
    if (status !== 200) throw refusalOf(status, await text(response));
    return this.#bytes(response);
  }

  async *#bytes(response: IncomingMessage): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response) yield chunk;
    } catch (error) {
      throw this.#describe(error);
    }
  }

  #get<T>(path: string, schema: z.ZodType<T>, query: Query = {}): Promise<T> {
    return this.#call(path, schema, { query });
  }

  async #call<T>(path: string, schema: z.ZodType<T>, call: Call): Promise<T> {
    return this.#decode(schema, await this.#text(path, { ...call, signal: AbortSignal.timeout(ANSWER_MS) }));
  }

  async #text(path: string, call: Call): Promise<string> {
    const response = await this.#open(path, call);
    const status = response.statusCode ?? 0;
    const answer = await text(response).catch((error: unknown) => {
      throw this.#describe(error);
    });
    if (status < 200 || status > 299) throw refusalOf(status, answer);
    return answer;
  }

  #open(path: string, { method = 'GET', query = {}, body, signal }: Call): Promise<IncomingMessage> {
    const given = Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    );
    const search = new URLSearchParams(given).toString();
    return new Promise((resolve, reject) => {
      const sent = request({
        socketPath: this.#socket,
        path: search === '' ? path : `${path}?${search}`,
        method,
        headers: { host: 'localhost', ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(signal && { signal }),
      });
      sent.once('response', resolve);
      sent.once('error', (error) => reject(this.#describe(error)));
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  #decode<T>(schema: z.ZodType<T>, json: string): T {
    let value: unknown;
    try {
      value = JSON.parse(json);
    } catch (error) {
      throw unreadable(messageOf(error));
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw unreadable(z.prettifyError(parsed.error));
    return parsed.data;
  }

  #describe(error: unknown): MeshError {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (error instanceof Error && error.name === 'TimeoutError') {
      return new MeshError('request-timeout', { peer: this.#socket, ms: ANSWER_MS }, { cause: error });
    }
    if (code === 'EACCES' || code === 'EPERM') {
      return new MeshError('not-allowed', { who: 'this user', action: `open ${this.#socket}` }, { cause: error });
    }
    return new MeshError('daemon-down', { socket: this.#socket }, { cause: error });
  }
}

function filters({ limit, kind, repository, state }: EventsQuery): Query {
  return { limit: limit === undefined ? undefined : String(limit), kind, repository, state };
}

/** Coerced by the daemon, which takes text. */
function asQuery(query: Readonly<Record<string, unknown>>): Query {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  );
}
