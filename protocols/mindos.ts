import * as z from 'zod';
import { StrategySchema } from './dispatch.ts';
import { KindSchema, MeshEventSchema } from './event.ts';
import { EventIdSchema, PeerIdSchema } from './ids.ts';
import { GeneralViewSchema } from './operator.ts';
import { FindingSchema, UsageSchema } from './result.ts';

/**
 * The HTTP surface that the source documents name (docs/parity.md 019, 030–041, 057, G02–G07): field names are theirs.
 * Times are RFC 3339 texts here, because they are so there.
 */

/** An event in the form of the first source document. */
export const SourceEventSchema = z.looseObject({
  type: KindSchema,
  timestamp: z.iso.datetime({ offset: true }).optional(),
  /** `owner/name`. */
  repository: z.string().min(1),
  user: z.string().default('unknown'),
  metadata: z
    .looseObject({
      pr_number: z.int().nonnegative().optional(),
      title: z.string().optional(),
      description: z.string().optional(),
    })
    .default({}),
});
export type SourceEvent = z.infer<typeof SourceEventSchema>;

/** Normalised by an aggregator (kept with its id), or in the document's form. */
export const GivenEventSchema = z.union([MeshEventSchema, SourceEventSchema]);
export type GivenEvent = z.infer<typeof GivenEventSchema>;

/** `POST /distribute`. What is left out is decided by the routes. */
export const DistributeRequestSchema = z.object({
  event: GivenEventSchema,
  target_clusters: z.array(z.string()).optional(),
  llm_generals: z.array(z.string()).optional(),
  distribution_strategy: StrategySchema.optional(),
});
export type DistributeRequest = z.infer<typeof DistributeRequestSchema>;

export const AssignmentSchema = z.object({
  /** `<name>-<cluster>`, or the name alone while no cluster has it. */
  general: z.string(),
  cluster: z.string(),
  status: z.enum(['dispatched', 'failed']),
  /** How far it is, or why nobody has it yet. */
  response: z.string(),
});

export const DistributeResultSchema = z.object({
  /** `dist-<ms>`, the time of the decision. */
  distribution_id: z.string(),
  event_id: EventIdSchema,
  timestamp: z.string(),
  strategy: z.string(),
  assignments: z.array(AssignmentSchema),
});
export type DistributeResult = z.infer<typeof DistributeResultSchema>;

/** One line of the history of decisions. */
export const DistributionLineSchema = z.object({
  distribution_id: z.string(),
  event_id: EventIdSchema,
  timestamp: z.string(),
  kind: z.string(),
  subject: z.string(),
  rule: z.string(),
  strategy: z.string(),
  priority: z.string(),
  revision: z.int(),
  /** Slots: `<general>`, or `<general>@<cluster>` where it was broadcast. */
  generals: z.array(z.string()),
  /** Routed generals that nobody offers yet. */
  waiting: z.array(z.string()),
  /** Name of the node that decided. */
  decided_by: z.string(),
});
export type DistributionLine = z.infer<typeof DistributionLineSchema>;

/** `GET /distributions`: newest first. */
export const DistributionsSchema = z.object({ total: z.int(), recent: z.array(DistributionLineSchema) });
export type Distributions = z.infer<typeof DistributionsSchema>;

/** `GET /status` of an orchestrator. */
export const MindosStatusSchema = z.object({
  total_generals: z.int(),
  generals_by_cluster: z.record(z.string(), z.array(GeneralViewSchema)),
  generals_by_status: z.object({ active: z.int(), inactive: z.int(), busy: z.int() }),
  recent_distributions: z.array(DistributionLineSchema),
  total_distributions: z.int(),
});
export type MindosStatus = z.infer<typeof MindosStatusSchema>;

export const GeneralStatusSchema = z.enum(['active', 'inactive', 'busy']);
export type GeneralStatus = z.infer<typeof GeneralStatusSchema>;

/** `POST /process`: one general works on one event at once, outside the log. */
export const ProcessRequestSchema = z.object({
  event_type: z.string().min(1),
  timestamp: z.iso.datetime({ offset: true }).optional(),
  data: z.record(z.string(), z.unknown()).default({}),
  /** May be left out where the node offers one general only. */
  general_info: z
    .object({
      name: z.string().min(1),
      cluster: z.string().optional(),
      specialization: z.array(z.string()).optional(),
    })
    .optional(),
});
export type ProcessRequest = z.infer<typeof ProcessRequestSchema>;

export const ProcessReplySchema = z.object({
  general: z.string(),
  cluster: z.string(),
  event_type: z.string(),
  status: z.literal('processed'),
  timestamp: z.string(),
  processing_started: z.string(),
  /** The end itself: the reply comes when the work is done. */
  estimated_completion: z.string(),
  analysis: z.string(),
  recommendations: z.array(z.string()),
  findings: z.array(FindingSchema),
  confidence: z.number(),
  engine: z.enum(['model', 'offline-rules']),
  model: z.string().optional(),
  /** Why the rules answered instead of a model. */
  degraded: z.string().optional(),
  usage: UsageSchema,
  duration_ms: z.number(),
});
export type ProcessReply = z.infer<typeof ProcessReplySchema>;

/** What a general's node can do, for other agents: the fields of the A2A agent card that are true of it. */
export const AgentCardSchema = z.object({
  name: z.string(),
  description: z.string(),
  version: z.string(),
  url: z.string(),
  provider: z.object({ organization: z.string() }),
  capabilities: z.object({ streaming: z.boolean(), pushNotifications: z.boolean() }),
  defaultInputModes: z.array(z.string()),
  defaultOutputModes: z.array(z.string()),
  securitySchemes: z.record(z.string(), z.object({ type: z.literal('http'), scheme: z.literal('bearer') })),
  skills: z.array(z.object({ id: z.string(), name: z.string(), description: z.string(), tags: z.array(z.string()) })),
  /** Peer id of the node. */
  peer: PeerIdSchema,
});
export type AgentCard = z.infer<typeof AgentCardSchema>;
