import { createHash, hash } from 'node:crypto';
import * as z from 'zod';
import { AGENT_RECORD_SCHEMAS } from './agent-records.ts';
import { compiled } from './compiled.ts';
import { EffectKeySchema, EffectRefSchema, EffectTargetSchema } from './effects.ts';
import { messageOf } from './errors.ts';
import { MeshEventSchema } from './event.ts';
import { EventIdSchema, type LogId, PeerIdSchema, SlotIdSchema } from './ids.ts';
import { LIMITS, WIRE_VERSION } from './names.ts';
import { NodeCardSchema } from './presence.ts';
import { ResultSchema } from './result.ts';
import { RUN_KINDS, RUN_OUTCOMES } from './run.ts';

/**
 * What nodes write into their logs. A record is opaque bytes to replication; only projections and roles decode it, and skip,
 * count and show what they cannot read (rule L3). Times are wall-clock milliseconds and serve people, never decisions.
 */
const common = { v: z.literal(WIRE_VERSION), at: z.int().nonnegative() };
const work = { ...common, eventId: EventIdSchema, slot: SlotIdSchema };

/** First record of every epoch: who writes here (L1). */
export const CardRecordSchema = z.object({
  ...common,
  type: z.literal('card'),
  card: NodeCardSchema,
  /** EdDSA JWS once credentials exist (T2). */
  credential: z.string().optional(),
});

/** A webhook that was verified and normalised. `mac` is the verified signature: its second id (I2). */
export const EventRecordSchema = z.object({
  ...common,
  type: z.literal('event'),
  event: MeshEventSchema,
  mac: z.string().optional(),
});

export type EventRecord = z.infer<typeof EventRecordSchema>;

/** Why each candidate was or was not chosen: kept for `explain`. Higher scores are better. */
export const CandidateSchema = z.object({
  peer: PeerIdSchema,
  cluster: z.string(),
  score: z.number(),
  /** Place in the order of offers, from 0; absent for a candidate that will not be asked. */
  rank: z.int().nonnegative().optional(),
  reason: z.string(),
});
export type Candidate = z.infer<typeof CandidateSchema>;

/** What brought a general in: several rules may match one event, each with its own strategy. */
const routed = { rule: z.string().optional(), strategy: z.string().optional(), priority: z.string().optional() };

export const SlotPlanSchema = z.object({
  slot: SlotIdSchema,
  general: z.string(),
  cluster: z.string().optional(),
  ...routed,
  candidates: z.array(CandidateSchema),
});
export type SlotPlan = z.infer<typeof SlotPlanSchema>;

/** The recorded decision which generals get an event, and why the others did not (W3). The highest revision counts. */
export const DistributionRecordSchema = z.object({
  ...common,
  type: z.literal('distribution'),
  eventId: EventIdSchema,
  subject: z.string(),
  kind: z.string(),
  revision: z.int().nonnegative(),
  /** Place of this event among those of its subject, given by its owner (W2). */
  number: z.int().nonnegative(),
  rule: z.string(),
  strategy: z.string(),
  priority: z.string(),
  /** Wall-clock end of trying. */
  deadline: z.int().nonnegative(),
  slots: z.array(SlotPlanSchema),
  /** Routed generals that nobody offers yet, or that a record made inactive; with a cluster where only that one is away (W6). */
  waiting: z.array(z.object({ general: z.string(), cluster: z.string().optional(), reason: z.string(), ...routed })),
  /** What the event's author counted as when it was routed (T6). */
  trust: z.string().optional(),
  /** Development of exactly this text of an issue begins with this event. */
  development: z.object({ textHash: z.string() }).optional(),
  /** Generals that a later rule named again: they are asked once, for the first rule. */
  repeated: z.array(z.object({ general: z.string(), rule: z.string() })).optional(),
});
export type DistributionRecord = z.infer<typeof DistributionRecordSchema>;

/** The inbox of a general: it will do this work (W3). Carries the event only if its own log copy has not arrived yet. */
export const AcceptedRecordSchema = z.object({
  ...work,
  type: z.literal('accepted'),
  general: z.string(),
  subject: z.string(),
  number: z.int().nonnegative(),
  priority: z.string(),
  owner: PeerIdSchema,
  event: MeshEventSchema.optional(),
  /** Nothing is in its way: this execution begins with it, as if `started` followed, unless `handed-back` does. */
  attempt: z.int().positive().optional(),
});
export type AcceptedRecord = z.infer<typeof AcceptedRecordSchema>;

/** Written before an execution begins that had to wait, or is not the first: only what began counts as an attempt (W4). */
export const StartedRecordSchema = z.object({
  ...work,
  type: z.literal('started'),
  attempt: z.int().positive(),
});

export const DoneRecordSchema = z.object({
  ...work,
  type: z.literal('done'),
  attempt: z.int().positive(),
  result: ResultSchema,
});
export type DoneRecord = z.infer<typeof DoneRecordSchema>;

export const FailedRecordSchema = z.object({
  ...work,
  type: z.literal('failed'),
  attempt: z.int().positive(),
  code: z.string(),
  message: z.string(),
});

/** The node leaves: what it accepted and did not begin is another's to do (W8). Counts as no attempt. */
export const HandedBackRecordSchema = z.object({ ...work, type: z.literal('handed-back') });

/** Needless before it began: the event `by` brought a newer state of the same thing (W2). */
export const SupersededRecordSchema = z.object({ ...work, type: z.literal('superseded'), by: EventIdSchema });

/** How often an operator had this slot tried anew, from 0: what an earlier round said of its end counts no more. */
const round = z.int().nonnegative();

/** The owner gave up: deadline passed or attempts used. `mindmesh dlq` shows these. Default round: 0. */
export const DeadRecordSchema = z.object({
  ...work,
  type: z.literal('dead'),
  reason: z.string(),
  round: round.optional(),
});

/** `mindmesh dlq retry`: the slot is tried anew, with a fresh deadline and beside the `attempts` that began before. */
export const RetriedRecordSchema = z.object({
  ...work,
  type: z.literal('retried'),
  round: z.int().positive(),
  attempts: z.int().nonnegative(),
});

/** `mindmesh dlq drop`: the dead letter of that round is listed no more. */
export const DroppedRecordSchema = z.object({ ...work, type: z.literal('dropped'), round });

/** An effect outside the mesh: `kind` is a name of EFFECT_CLASSES, open for those of later builds. */
const effect = { ...work, key: EffectKeySchema, kind: z.string(), target: EffectTargetSchema };

/** Before each write outside the mesh: whoever finds it and no `effect` looks first what is there (E2). */
export const IntendedRecordSchema = z.object({ ...effect, type: z.literal('intended') });
export type IntendedRecord = z.infer<typeof IntendedRecordSchema>;

/** It is there, once: nobody who reads this does it again. */
export const EffectRecordSchema = z.object({
  ...effect,
  type: z.literal('effect'),
  ref: EffectRefSchema,
  /** How many surplus ones were taken away to come to one. */
  removed: z.int().nonnegative(),
});
export type EffectRecord = z.infer<typeof EffectRecordSchema>;

/**
 * A conversation of one agent about one subject, after a step that is finished (a checkpoint) or as it ends. Whoever takes it up
 * again, after a crash or elsewhere, goes on from the newest: (attempt, turn, resumed) counts up.
 */
export const SessionRecordSchema = z.object({
  ...work,
  type: z.literal('session'),
  sessionId: z.string(),
  /** The execution it belongs to. */
  attempt: z.int().positive(),
  general: z.string(),
  subject: z.string(),
  /** The step that comes next. */
  step: z.string(),
  /** Steps that are finished. */
  turn: z.int().nonnegative(),
  /** How often it was taken up again since it last finished a step. */
  resumed: z.int().nonnegative(),
  /** What the next step needs: JSON of at most SESSION_STATE_BYTES. Absent once it has ended. */
  state: z.unknown().optional(),
  endedAt: z.int().nonnegative().optional(),
});
export type SessionRecord = z.infer<typeof SessionRecordSchema>;

/** Of a checkpoint's state as JSON: leaves room for the rest of the record (256 KiB). */
export const SESSION_STATE_BYTES = 200 * 1024;

/** A run is that of its slot (`runIdOf`); `attempt` counts how often it was begun anew, and the highest counts (E1). */
const run = { ...work, attempt: z.int().positive() };

/** A coding agent is to write to a repository: it waits until it is admitted (E3). */
export const RunRequestedRecordSchema = z.object({
  ...run,
  type: z.literal('run-requested'),
  kind: z.enum(RUN_KINDS),
  repository: z.string(),
  /** Every branch it will write to, without `refs/heads/`; none when it only reads. */
  branches: z.array(z.string()),
  /** The home of the repository: its controller decides. */
  cluster: z.string(),
});
export type RunRequestedRecord = z.infer<typeof RunRequestedRecordSchema>;

/** The controller of the home cluster gives it all its branches at once. */
export const RunAdmittedRecordSchema = z.object({ ...run, type: z.literal('run-admitted') });

/** Its branches are free again. */
export const RunEndedRecordSchema = z.object({ ...run, type: z.literal('run-ended'), outcome: z.enum(RUN_OUTCOMES) });

/** Every slot of an event has ended (L10). */
export const SettledRecordSchema = z.object({
  ...common,
  type: z.literal('settled'),
  eventId: EventIdSchema,
  outcome: z.enum(['done', 'partly', 'dead']),
  /** Retries of dead letters that were known then, of all slots together; default 0. One with fewer is out of date. */
  retries: z.int().nonnegative().optional(),
});

/** `PUT /generals/:cluster/:name/status`: every orchestrator honours the newest. */
export const GeneralStatusRecordSchema = z.object({
  ...common,
  type: z.literal('general-status'),
  cluster: z.string(),
  general: z.string(),
  status: z.enum(['active', 'inactive', 'busy']),
});
export type GeneralStatusRecord = z.infer<typeof GeneralStatusRecordSchema>;

export const RecordSchema = z.discriminatedUnion('type', [
  CardRecordSchema,
  EventRecordSchema,
  DistributionRecordSchema,
  AcceptedRecordSchema,
  StartedRecordSchema,
  DoneRecordSchema,
  FailedRecordSchema,
  HandedBackRecordSchema,
  SupersededRecordSchema,
  DeadRecordSchema,
  RetriedRecordSchema,
  DroppedRecordSchema,
  IntendedRecordSchema,
  EffectRecordSchema,
  SessionRecordSchema,
  RunRequestedRecordSchema,
  RunAdmittedRecordSchema,
  RunEndedRecordSchema,
  SettledRecordSchema,
  GeneralStatusRecordSchema,
  ...AGENT_RECORD_SCHEMAS,
]);
export type MeshRecord = z.infer<typeof RecordSchema>;
export type RecordType = MeshRecord['type'];

export const parseRecord = compiled(RecordSchema);

export function encodeRecord(record: MeshRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record));
}

/** A record, or why it cannot be read: an unreadable record is shown and skipped, never an error. */
export type Decoded =
  | { readonly ok: true; readonly record: MeshRecord }
  | { readonly ok: false; readonly problem: string };

export function decodeRecord(bytes: Uint8Array): Decoded {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (error) {
    return { ok: false, problem: messageOf(error) };
  }
  const parsed = parseRecord(json);
  return parsed.success ? { ok: true, record: parsed.data } : { ok: false, problem: z.prettifyError(parsed.error) };
}

/** sha256 chain over opaque records (L2): the hash before the first record names the log, so logs cannot be swapped. */
export function genesisHash(log: LogId): Uint8Array {
  return createHash('sha256').update(`mindmesh/log/1\n${log.origin}\n${log.epoch}\n`).digest();
}

/**
 * The chain's hash behind these records. Between two of them it stays text, and both lie in one buffer: half the time of
 * digests as bytes (1.0 and 1.9 µs for 1 kB, Node 26.10).
 */
export function chainHash(previous: Uint8Array, records: Iterable<Uint8Array>): Uint8Array {
  let digest = Buffer.from(previous).toString('latin1');
  for (const record of records) {
    const input =
      record.length <= LIMITS.recordBytes ? linkBuffer : Buffer.allocUnsafe(previous.length + record.length);
    const end = input.write(digest, 'latin1') + record.length;
    input.set(record, end - record.length);
    digest = hash('sha256', input.subarray(0, end), 'latin1');
  }
  return Buffer.from(digest, 'latin1');
}

const linkBuffer = Buffer.allocUnsafeSlow(32 + LIMITS.recordBytes);

/** The only thing an origin signs, once a commit group. */
export interface Head extends LogId {
  readonly length: number;
  readonly hash: Uint8Array;
}

export interface SignedHead extends Head {
  /** Ed25519 over `headBytes`, by the origin's node key. */
  readonly signature: Uint8Array;
}

export function headBytes(head: Head): Uint8Array {
  const { buffer, byteOffset, length } = head.hash;
  const hash = Buffer.from(buffer, byteOffset, length).toString('hex');
  return Buffer.from(`mindmesh/head/1\n${head.origin}\n${head.epoch}\n${head.length}\n${hash}\n`);
}
