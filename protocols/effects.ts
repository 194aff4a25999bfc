import * as z from 'zod';
import { digestOf, type EventId, type SlotId } from './ids.ts';

/**
 * Names of what becomes visible outside the mesh. Whoever does one event × one slot again, on whatever node, comes to the same
 * key, so that what was done is found instead of done twice (E1, E2).
 */
export const EffectKeySchema = z
  .string()
  .regex(/^mm-[0-9a-f]{20}$/, 'is not a key like mm-0123456789abcdef0123')
  .brand<'EffectKey'>();
export type EffectKey = z.infer<typeof EffectKeySchema>;

/**
 * `mm-` and 20 hex digits of sha256 over event id and slot: the run object's own key, and a name a Kubernetes object may have.
 * Every further effect of the same work has a `name`, which is hashed with them.
 */
export function effectKey(eventId: EventId, slot: SlotId, name?: string): EffectKey {
  const parts = name === undefined ? [eventId, slot] : [eventId, slot, name];
  return EffectKeySchema.parse(`mm-${digestOf(parts, 20)}`);
}

/** Where an effect goes, e.g. `{repository: 'acme/app', number: 7}`: flat, so that people can read it; each adapter decodes its own. */
export const EffectTargetSchema = z.record(z.string(), z.union([z.string(), z.number()]));
export type EffectTarget = z.infer<typeof EffectTargetSchema>;

/** What is out there: its id, as the outside names it, and where people see it. */
export const EffectRefSchema = z.object({ id: z.string(), url: z.string().optional() });
export type EffectRef = z.infer<typeof EffectRefSchema>;
