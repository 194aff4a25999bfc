import { hash } from 'node:crypto';
import * as z from 'zod';

/**
 * Branded identifiers and how each is derived. A brand keeps a slot from being passed as an event id;
 * the schemas are the only way in from outside.
 */

/** libp2p peer id in its text form, e.g. `12D3KooW…`. */
export const PeerIdSchema = z
  .string()
  .regex(/^[1-9A-HJ-NP-Za-km-z]{40,64}$/, 'is not a peer id')
  .brand<'PeerId'>();
export type PeerId = z.infer<typeof PeerIdSchema>;

/** ULID made at the first append after a boot; sorts by time of boot (rule L1). */
export const EpochSchema = z
  .string()
  .regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'is not a ULID')
  .brand<'Epoch'>();
export type Epoch = z.infer<typeof EpochSchema>;

/** `<source>:<delivery id>`, e.g. `github:72d3162e-cc78-11e3-81ab-4c9367dc0958` (rule I2). */
export const EventIdSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]*:[\x21-\x7e]{1,200}$/, 'is not an event id like github:72d3162e-…')
  .brand<'EventId'>();
export type EventId = z.infer<typeof EventIdSchema>;

/** `<general>` for strategies that pick one, `<general>@<cluster>` for broadcast: what must happen once (rule W6). */
export const SlotIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]*(@[a-z0-9][a-z0-9.-]*)?$/, 'is not a slot')
  .brand<'SlotId'>();
export type SlotId = z.infer<typeof SlotIdSchema>;

export function peerIdOf(text: string): PeerId {
  return PeerIdSchema.parse(text);
}

export function epochOf(text: string): Epoch {
  return EpochSchema.parse(text);
}

export function eventIdOf(source: string, delivery: string): EventId {
  return EventIdSchema.parse(`${source}:${delivery}`);
}

export function slotOf(general: string, cluster?: string): SlotId {
  return SlotIdSchema.parse(cluster === undefined ? general : `${general}@${cluster}`);
}

/** The general of a slot, with or without a cluster. */
export function generalOfSlot(slot: SlotId): string {
  return slot.split('@', 1)[0] ?? slot;
}

/** One log: the append-only sequence that one peer wrote during one boot. */
export interface LogId {
  readonly origin: PeerId;
  readonly epoch: Epoch;
}

/** Where one record lies. `seq` counts from 0, so a log of length n holds 0 … n-1. */
export interface Position extends LogId {
  readonly seq: number;
}

export function logKey(log: LogId): string {
  return `${log.origin}/${log.epoch}`;
}

/** Order of rule I2: of two copies of one event the lowest (origin, epoch, seq) counts. */
export function comparePositions(a: Position, b: Position): number {
  return compareText(a.origin, b.origin) || compareText(a.epoch, b.epoch) || a.seq - b.seq;
}

/** Code-unit order: the same on every machine, unlike localeCompare. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** First `length` hex digits of sha256 over the parts, each ended by a newline so that parts cannot run together. */
export function digestOf(parts: readonly string[], length = 64): string {
  return hash('sha256', parts.map((part) => `${part}\n`).join(''), 'hex').slice(0, length);
}
