import * as z from 'zod';
import { compareText, EpochSchema, PeerIdSchema } from './ids.ts';
import { ROLES } from './names.ts';

/** What a node says of itself that changes only with its configuration. */
export const OfferedGeneralSchema = z.object({
  name: z.string(),
  specialisations: z.array(z.string()),
  /** How many tasks it works on at once. */
  concurrency: z.int().positive(),
  /** How many it takes, running and queued together. */
  capacity: z.int().positive(),
});
export type OfferedGeneral = z.infer<typeof OfferedGeneralSchema>;

export const NodeCardSchema = z.object({
  peer: PeerIdSchema,
  name: z.string(),
  org: z.string(),
  cluster: z.string(),
  region: z.string(),
  roles: z.array(z.enum(ROLES)),
  generals: z.array(OfferedGeneralSchema),
  /** Webhooks whose deliveries this aggregator can look through, each as 8 hex digits of the sha256 of its name (I3). */
  sweeps: z.array(z.string()).optional(),
  /** Version of the build. */
  version: z.string(),
});
export type NodeCard = z.infer<typeof NodeCardSchema>;

export const GeneralLoadSchema = z.object({
  name: z.string(),
  running: z.int().nonnegative(),
  queued: z.int().nonnegative(),
  capacity: z.int().positive(),
  /** Median duration of its last tasks, milliseconds; absent before the first. */
  latencyMs: z.number().nonnegative().optional(),
  /** Share of failures among its last tasks, 0–1. */
  failureRate: z.number().min(0).max(1),
});
export type GeneralLoad = z.infer<typeof GeneralLoadSchema>;

/** Gossiped every presence interval and when something changed (W1). (epoch, counter) orders it: older is ignored, replayed keeps nobody alive. */
export const PresenceSchema = z.object({
  v: z.int().positive(),
  card: NodeCardSchema,
  epoch: EpochSchema,
  counter: z.int().nonnegative(),
  /** Wall clock of the sender, milliseconds: only compared for drift. */
  clock: z.int().nonnegative(),
  ready: z.boolean(),
  /** True while the node leaves: it takes no new work. */
  draining: z.boolean(),
  load: z.array(GeneralLoadSchema),
});
export type Presence = z.infer<typeof PresenceSchema>;

export function isNewer(a: Presence, b: Presence): boolean {
  return (compareText(a.epoch, b.epoch) || a.counter - b.counter) > 0;
}

/** Presence every max(5 s, nodes × 100 ms); live = heard of within three of them (W1). */
export function presenceIntervalMs(nodes: number): number {
  return Math.max(5_000, nodes * 100);
}
