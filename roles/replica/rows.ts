import * as z from 'zod';
import { CONVERSATION_STATES, GENERATION_STATES, SESSION_ORDERS } from '../../protocols/agent-records.ts';
import { compiled } from '../../protocols/compiled.ts';
import { EffectKeySchema, EffectRefSchema, EffectTargetSchema } from '../../protocols/effects.ts';
import { KindSchema } from '../../protocols/event.ts';
import { EpochSchema, EventIdSchema, PeerIdSchema, SlotIdSchema } from '../../protocols/ids.ts';
import { NodeCardSchema } from '../../protocols/presence.ts';
import { RUN_KINDS, RUN_OUTCOMES } from '../../protocols/run.ts';
import type { Range, TableName, Tables } from '../ports/tables.ts';

const count = z.int().nonnegative();
/** Wall-clock milliseconds. */
const at = z.int().nonnegative();
const position = { origin: PeerIdSchema, epoch: EpochSchema, seq: count };

/** The shape of each table's rows: what projections write and everybody else reads through `getRow` and `rangeRows`. */
export const ROWS = {
  ids: z.object({ ...position, at, kind: KindSchema }),
  facts: z.literal(true),
  open: z.object(position),
  settled: z.object({
    ...position,
    at,
    outcome: z.enum(['done', 'partly', 'dead']),
    retries: count.optional(),
    /** Where the event lies: it may have to be opened again. */
    event: z.object(position).optional(),
  }),
  reopened: z.record(SlotIdSchema, count),
  dead: z.object({
    /** Of the highest round. */
    letter: z.object({ ...position, at, reason: z.string(), round: count }).optional(),
    /** The highest rounds that were begun, and dropped. */
    retried: count.optional(),
    dropped: count.optional(),
  }),
  events: z.object({
    eventId: EventIdSchema,
    at,
    kind: KindSchema,
    type: z.string(),
    subject: z.string(),
    repository: z.string(),
    actor: z.string(),
    /** Node that took it in. */
    by: PeerIdSchema,
    /** Its second id (I2). */
    mac: z.string().optional(),
  }),
  distributions: z.object({
    eventId: EventIdSchema,
    at,
    kind: z.string(),
    subject: z.string(),
    revision: count,
    number: count,
    rule: z.string(),
    strategy: z.string(),
    priority: z.string(),
    slots: z.array(SlotIdSchema),
    /** `<general>` or `<general>@<cluster>`. */
    waiting: z.array(z.string()),
    /** Node that decided. */
    by: PeerIdSchema,
  }),
  generals: z.object({ ...position, at, status: z.enum(['active', 'inactive', 'busy']) }),
  subjects: count,
  counters: count,
  inbox: z.object({
    ...position,
    at,
    eventId: EventIdSchema,
    slot: SlotIdSchema,
    general: z.string(),
    subject: z.string(),
    number: count,
    priority: z.string(),
  }),
  ended: z.object(position),
  effects: z.object({
    eventId: EventIdSchema,
    slot: SlotIdSchema,
    key: EffectKeySchema,
    kind: z.string(),
    target: EffectTargetSchema,
    /** Of the latest intention. */
    at,
    /** Intentions, of all nodes together. */
    intents: count,
    /** The nodes that had them, sorted. */
    by: z.array(PeerIdSchema),
    /** The newest that is said of it. */
    done: z.object({ ...position, at, ref: EffectRefSchema }).optional(),
  }),
  sessions: z.object({
    ...position,
    at,
    sessionId: z.string(),
    eventId: EventIdSchema,
    slot: SlotIdSchema,
    general: z.string(),
    subject: z.string(),
    attempt: z.int().positive(),
    step: z.string(),
    turn: count,
    resumed: count,
  }),
  sessionEnds: z.int().positive(),
  conversations: z.object({
    id: z.string(),
    issue_id: z.string(),
    issue_number: count,
    repo_full_name: z.string(),
    status: z.enum(CONVERSATION_STATES),
    analysis: z.unknown(),
    created_at: at,
    updated_at: at,
  }),
  conversations_issue_id: z.literal(true),
  conversations_status: z.literal(true),
  conversations_created_at: z.literal(true),
  agent_actions: z.object({
    id: z.string(),
    conversation_id: z.string().nullable(),
    /** `product_owner`, `developer`, or another general's name in the same way. */
    agent_type: z.string(),
    action_type: z.string(),
    payload: z.unknown(),
    created_at: at,
  }),
  agent_actions_created_at: z.literal(true),
  code_generations: z.object({
    id: z.string(),
    conversation_id: z.string(),
    pr_number: count.nullable(),
    files_changed: z.array(z.string()),
    tests_generated: z.array(z.string()),
    status: z.enum(GENERATION_STATES),
    created_at: at,
  }),
  code_generations_status: z.literal(true),
  code_generations_created_at: z.literal(true),
  agent_rows: z.object({
    ...position,
    at,
    eventId: EventIdSchema,
    slot: SlotIdSchema,
    /** Of the text that a conversation is about. */
    textHash: z.string().optional(),
  }),
  approvals: z.object({
    ...position,
    at,
    verdict: z.enum(['approved', 'denied']),
    by: z.string(),
    via: z.enum(['comment', 'cli']),
    eventId: EventIdSchema.optional(),
    reason: z.string().optional(),
  }),
  approvals_asked: z.object({
    ...position,
    at,
    eventId: EventIdSchema,
    slot: SlotIdSchema,
    key: EffectKeySchema,
    general: z.string(),
    subject: z.string(),
    what: z.string(),
    textHash: z.string(),
  }),
  developments: z.object({ ...position, at, eventId: EventIdSchema }),
  session_orders: z.object({
    /** The newest but for what was only said. */
    newest: z.object({ ...position, at, order: z.enum(SESSION_ORDERS), by: z.string() }).optional(),
    /** What was said to the agent, the oldest first. */
    said: z.array(z.object({ ...position, at, by: z.string(), text: z.string() })),
  }),
  runs: z.object({
    eventId: EventIdSchema,
    slot: SlotIdSchema,
    attempt: z.int().positive(),
    requested: z
      .object({
        ...position,
        at,
        kind: z.enum(RUN_KINDS),
        repository: z.string(),
        branches: z.array(z.string()),
        cluster: z.string(),
      })
      .optional(),
    admitted: z.object({ ...position, at }).optional(),
    ended: z.object({ ...position, at, outcome: z.enum(RUN_OUTCOMES) }).optional(),
  }),
  openRuns: z.literal(true),
  usage: z.object({ calls: count, promptTokens: count, completionTokens: count, costNanoUsd: count }),
  spent: z.object({ nanoUsd: count, tokens: count }),
  unreadable: z.object({ problem: z.string() }),
  cards: z.object({ ...position, at, card: NodeCardSchema }),
  positions: z.record(z.string(), count),
  versions: z.string(),
  quarantine: z.object({ at, length: count, ours: z.string(), theirs: z.string(), from: z.string() }),
} as const satisfies Record<TableName, z.ZodType>;

export type Row<T extends TableName> = z.infer<(typeof ROWS)[T]>;

const PARSERS = new Map(Object.entries(ROWS).map(([table, schema]) => [table, compiled<z.ZodType>(schema)]));

/** One row in its type; undefined when there is none or it is not of this build's shape (a rebuild writes it anew). */
export function getRow<T extends TableName>(tables: Pick<Tables, 'get'>, table: T, key: string): Row<T> | undefined {
  return decodeRow(table, tables.get(table, key));
}

/** Rows in key order; those of another shape are left out. */
export async function rangeRows<T extends TableName>(
  tables: Tables,
  table: T,
  range?: Range,
): Promise<readonly (readonly [key: string, row: Row<T>])[]> {
  const rows: (readonly [string, Row<T>])[] = [];
  for (const [key, value] of await tables.range(table, range)) {
    const row = decodeRow(table, value);
    if (row !== undefined) rows.push([key, row]);
  }
  return rows;
}

/** A row of this build's shape, or undefined. */
export function decodeRow<T extends TableName>(table: T, value: unknown): Row<T> | undefined {
  if (value === undefined) return undefined;
  const parsed = PARSERS.get(table)?.(value);
  // The table names the schema, which TypeScript cannot follow through the generic.
  return parsed?.success ? (parsed.data as Row<T>) : undefined;
}
