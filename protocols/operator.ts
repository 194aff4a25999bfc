import * as z from 'zod';
import { EffectRefSchema, EffectTargetSchema } from './effects.ts';
import { KindSchema, MeshEventSchema } from './event.ts';
import { EventIdSchema, PeerIdSchema, SlotIdSchema } from './ids.ts';
import { ROLES } from './names.ts';
import { GeneralLoadSchema } from './presence.ts';
import { CandidateSchema } from './record.ts';
import { ResultSchema } from './result.ts';
import { RUN_KINDS, RunIdSchema } from './run.ts';

/**
 * What a daemon answers to its operator: the same JSON over the 0600 unix socket (the CLI) and over HTTP.
 * Paths are below `/v1` on the socket. Times are wall-clock milliseconds, durations milliseconds.
 */
export const OPERATOR_PATHS = {
  status: '/v1/status',
  peers: '/v1/peers',
  ping: '/v1/ping',
  generals: '/v1/generals',
  routes: '/v1/routes',
  routesTest: '/v1/routes/test',
  events: '/v1/events',
  /** Server-sent events: one `EventLine` each. */
  eventsTail: '/v1/events/tail',
  /** The whole body of one event, as its sender posted it. */
  eventBody: '/v1/events/body',
  explain: '/v1/explain',
  tasks: '/v1/tasks',
  dlq: '/v1/dlq',
  dlqRetry: '/v1/dlq/retry',
  dlqDrop: '/v1/dlq/drop',
  replay: '/v1/replay',
  locks: '/v1/locks',
  /** Schemas of these seven: `protocols/people.ts`. */
  sessions: '/v1/sessions',
  session: '/v1/sessions/show',
  sessionOrder: '/v1/sessions/order',
  approvals: '/v1/approvals',
  approve: '/v1/approvals/say',
  conversations: '/v1/conversations',
  /** Server-sent events: one `ConversationLine` each. */
  conversationsTail: '/v1/conversations/tail',
  /** Schemas: `protocols/usage-view.ts`. */
  usage: '/v1/usage',
  config: '/v1/config',
  version: '/v1/version',
  /** A stream of `protocols/backup.ts`; on the operator's socket only. */
  backup: '/v1/backup',
} as const;

/** Query of `ping`: a peer id, or the name of a node. */
export const PingQuerySchema = z.object({ peer: z.string() });
/** Query of `explain`: an event id, or the end of one that only one event has. */
export const ExplainQuerySchema = z.object({ id: z.string() });
/** Query of `events` and `eventsTail`: newest first, only those that fit. */
export const EventsQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
  kind: KindSchema.optional(),
  repository: z.string().optional(),
  state: z.string().optional(),
});
export type EventsQuery = z.input<typeof EventsQuerySchema>;
/** Query of `tasks`: those of the oldest event first; without a state those that have not ended. */
export const TasksQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  state: z.string().optional(),
  general: z.string().optional(),
});
export type TasksQuery = z.input<typeof TasksQuerySchema>;
/** Query of `dlq`: the newest first. */
export const DeadLettersQuerySchema = TasksQuerySchema.omit({ state: true });
export type DeadLettersQuery = z.input<typeof DeadLettersQuerySchema>;
/** Body of `dlqRetry` and `dlqDrop`: an event, or the end of its id, and one of its slots; without one all that are dead. */
export const DeadLetterRequestSchema = z.strictObject({ id: z.string(), slot: z.string().optional() });
export type DeadLetterRequest = z.infer<typeof DeadLetterRequestSchema>;
/** Body of `replay`: an event, or the end of its id; `to`: only that general; `dryRun`: says only where it would go. */
export const ReplayRequestSchema = z.strictObject({
  id: z.string(),
  to: z.string().optional(),
  dryRun: z.boolean().optional(),
});
export type ReplayRequest = z.infer<typeof ReplayRequestSchema>;
/** Body of `POST routesTest`: an event that happened, one that might, or a payload with the name of its GitHub event. */
export const RouteTestRequestSchema = z.union([
  z.strictObject({ eventId: z.string() }),
  z.strictObject({ event: MeshEventSchema }),
  z.strictObject({ event: z.string().min(1), payload: z.record(z.string(), z.unknown()) }),
]);
export type RouteTestRequest = z.input<typeof RouteTestRequestSchema>;
/** What `config` answers: where each value came from. Secrets are references. */
export const ConfigRowSchema = z.object({ key: z.string(), value: z.unknown(), source: z.string() });
export type ConfigRow = z.infer<typeof ConfigRowSchema>;
export const VersionViewSchema = z.object({ version: z.string(), node: z.string() });
export type VersionView = z.infer<typeof VersionViewSchema>;

/** Peer id → name of the node, for those that a view mentions and this node knows. */
const names = { names: z.record(z.string(), z.string()).optional() };
/** What brought a general in, where several rules matched. */
const routed = { rule: z.string().optional(), strategy: z.string().optional(), priority: z.string().optional() };
const WaitingSchema = z.object({
  general: z.string(),
  cluster: z.string().optional(),
  reason: z.string(),
  ...routed,
});

/** Something a person should know, with the way to mend it. */
export const ConcernSchema = z.object({
  level: z.enum(['error', 'warning']),
  about: z.string(),
  problem: z.string(),
  fix: z.string(),
});
export type Concern = z.infer<typeof ConcernSchema>;

export const StatusViewSchema = z.object({
  name: z.string(),
  peer: PeerIdSchema,
  org: z.string(),
  cluster: z.string(),
  region: z.string(),
  roles: z.array(z.enum(ROLES)),
  version: z.string(),
  pid: z.int(),
  uptimeMs: z.number(),
  ready: z.boolean(),
  dataDir: z.string(),
  addresses: z.array(z.string()),
  http: z.record(z.string(), z.string()),
  peers: z.object({ known: z.int(), live: z.int(), connected: z.int() }),
  /** What this node holds of the org’s logs. */
  log: z.object({ epoch: z.string(), logs: z.int(), records: z.int(), own: z.int(), unreadable: z.int() }),
  events: z.object({ total: z.int(), open: z.int() }),
  generals: z.array(GeneralLoadSchema),
  /** Megabytes of resident memory. */
  rssMb: z.number(),
  model: z.string(),
  concerns: z.array(ConcernSchema),
});
export type StatusView = z.infer<typeof StatusViewSchema>;

export const PeerViewSchema = z.object({
  peer: PeerIdSchema,
  name: z.string(),
  org: z.string(),
  cluster: z.string(),
  region: z.string(),
  roles: z.array(z.enum(ROLES)),
  generals: z.array(z.string()),
  version: z.string(),
  self: z.boolean(),
  live: z.boolean(),
  connected: z.boolean(),
  heardAgoMs: z.number(),
  driftMs: z.number(),
  running: z.int(),
  queued: z.int(),
  capacity: z.int(),
});
export type PeerView = z.infer<typeof PeerViewSchema>;

export const PingViewSchema = z.object({ peer: PeerIdSchema, name: z.string(), rttMs: z.number() });
export type PingView = z.infer<typeof PingViewSchema>;

/** A general as the source documents describe it (G06), one row for each (cluster, general). */
export const GeneralViewSchema = z.object({
  name: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  endpoint: z.string(),
  status: z.enum(['active', 'inactive', 'busy']),
  specialization: z.array(z.string()),
  current_load: z.int(),
  max_load: z.int(),
  /** Nodes that serve it. */
  replicas: z.array(
    z.object({ peer: PeerIdSchema, node: z.string(), running: z.int(), queued: z.int(), live: z.boolean() }),
  ),
});
export type GeneralView = z.infer<typeof GeneralViewSchema>;

export const RouteViewSchema = z.object({
  name: z.string(),
  match: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  generals: z.array(z.string()),
  strategy: z.string(),
  priority: z.string(),
  origin: z.enum(['default', 'file']),
});
export type RouteView = z.infer<typeof RouteViewSchema>;

/** What routing would do with an event, without doing it. */
export const RouteTestViewSchema = z.object({
  kind: KindSchema,
  subject: z.string(),
  rules: z.array(z.string()),
  strategy: z.string(),
  slots: z.array(z.object({ slot: SlotIdSchema, ...routed, candidates: z.array(CandidateSchema) })),
  waiting: z.array(WaitingSchema),
  ...names,
});
export type RouteTestView = z.infer<typeof RouteTestViewSchema>;

export const EventLineSchema = z.object({
  eventId: EventIdSchema,
  at: z.int(),
  kind: KindSchema,
  type: z.string(),
  subject: z.string(),
  repository: z.string(),
  actor: z.string(),
  state: z.string(),
});
export type EventLine = z.infer<typeof EventLineSchema>;

/** Something a task made visible outside the mesh. */
export const EffectViewSchema = z.object({
  key: z.string(),
  kind: z.string(),
  target: EffectTargetSchema,
  intended: z.array(z.object({ by: z.string(), at: z.int() })),
  doneAt: z.int().optional(),
  doneBy: z.string().optional(),
  ref: EffectRefSchema.optional(),
  removed: z.int(),
});
export type EffectView = z.infer<typeof EffectViewSchema>;

/** One slot of an open event, or a general that it waits for. */
export const TaskLineSchema = z.object({
  eventId: EventIdSchema,
  /** `<general>` or `<general>@<cluster>`. */
  slot: z.string(),
  general: z.string(),
  kind: KindSchema,
  subject: z.string(),
  state: z.string(),
  priority: z.string().optional(),
  /** Since when it is in this state. */
  since: z.int(),
  /** Peer id of who has it, and its name where it is known. */
  node: PeerIdSchema.optional(),
  nodeName: z.string().optional(),
  /** Executions that began. */
  attempts: z.int(),
  /** Why it is so: the last failure, the reason to wait. */
  note: z.string().optional(),
});
export type TaskLine = z.infer<typeof TaskLineSchema>;

/** Query of `locks`: one repository, or all of them. */
export const LocksQuerySchema = z.object({ repository: z.string().optional() });
export type LocksQuery = z.input<typeof LocksQuerySchema>;

/** A run in the line of one branch of a repository: the one that writes to it, or one that waits (E3). */
export const LockLineSchema = z.object({
  repository: z.string(),
  branch: z.string(),
  state: z.enum(['holds', 'waits']),
  /** 0 for who holds it, 1 for who is next. */
  place: z.int().nonnegative(),
  /** Since when it holds it, or waits. */
  since: z.int(),
  run: RunIdSchema,
  attempt: z.int(),
  kind: z.enum(RUN_KINDS),
  eventId: EventIdSchema,
  slot: SlotIdSchema,
  /** Home of the repository: its controller decides. */
  cluster: z.string(),
  /** Every branch the run writes to: it gets all of them at once. */
  branches: z.array(z.string()),
});
export type LockLine = z.infer<typeof LockLineSchema>;

/** A slot that was given up. */
export const DeadLetterSchema = z.object({
  eventId: EventIdSchema,
  slot: SlotIdSchema,
  general: z.string(),
  kind: KindSchema,
  subject: z.string(),
  repository: z.string(),
  at: z.int(),
  reason: z.string(),
  attempts: z.int(),
  /** How often it was tried anew. */
  round: z.int(),
  dropped: z.boolean(),
});
export type DeadLetter = z.infer<typeof DeadLetterSchema>;

/** What an operator changed. */
export const DeadLetterChangeSchema = z.object({ eventId: EventIdSchema, slots: z.array(SlotIdSchema) });
export type DeadLetterChange = z.infer<typeof DeadLetterChangeSchema>;

/** The event that was made, or would be. */
export const ReplayViewSchema = z.object({
  /** Absent when nothing was made. */
  eventId: EventIdSchema.optional(),
  /** What it follows from. */
  causationid: EventIdSchema,
  hops: z.int(),
  to: z.string().optional(),
  /** Where it goes; only an orchestrator can tell. */
  route: RouteTestViewSchema.optional(),
});
export type ReplayView = z.infer<typeof ReplayViewSchema>;

export const TaskViewSchema = z.object({
  slot: SlotIdSchema,
  general: z.string(),
  ...routed,
  state: z.string(),
  candidates: z.array(CandidateSchema),
  /** Here and in `attempts` and `offers`: a peer id. */
  acceptedBy: z.string().optional(),
  attempts: z.array(z.object({ number: z.int(), by: z.string(), startedAt: z.int(), error: z.string().optional() })),
  /** Absent when it had none. */
  effects: z.array(EffectViewSchema).optional(),
  result: ResultSchema.optional(),
  doneAt: z.int().optional(),
  dead: z.string().optional(),
  /** The event that made it needless. */
  supersededBy: z.string().optional(),
  /** Peer ids of nodes that accepted it and left before they began. */
  handedBack: z.array(z.string()).optional(),
  /** How often an operator had it tried anew. */
  round: z.int().optional(),
  /** Offers of this node since its start: hints for people, not records. */
  offers: z.array(z.object({ to: z.string(), at: z.int(), answer: z.string() })),
});
export type TaskView = z.infer<typeof TaskViewSchema>;

/** Where an event went and why. */
export const ExplainViewSchema = z.object({
  eventId: EventIdSchema,
  kind: KindSchema,
  type: z.string(),
  subject: z.string(),
  repository: z.string(),
  actor: z.string(),
  title: z.string(),
  /** Fields that were cut to their limit. */
  truncated: z.array(z.string()).optional(),
  receivedAt: z.int(),
  receivedBy: z.string(),
  position: z.string(),
  owner: z.string().optional(),
  rule: z.string().optional(),
  strategy: z.string().optional(),
  priority: z.string().optional(),
  revision: z.int().optional(),
  distributedAt: z.int().optional(),
  distributedBy: z.string().optional(),
  /** What the actor counted as when it was routed. */
  trust: z.string().optional(),
  waiting: z.array(WaitingSchema),
  tasks: z.array(TaskViewSchema),
  settled: z.object({ at: z.int(), outcome: z.string() }).optional(),
  ...names,
});
export type ExplainView = z.infer<typeof ExplainViewSchema>;
