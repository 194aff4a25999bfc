import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId } from '../../protocols/ids.ts';
import type { JsonObject } from './json.ts';

export interface NormalizeOptions {
  /** The mesh org that takes the event in. */
  readonly org: string;
  /** Wall-clock milliseconds. */
  readonly receivedAt: number;
}

export type Normalized =
  | { readonly status: 'event'; readonly event: MeshEvent }
  /** `event` names it as people know it, e.g. `star.created`. */
  | { readonly status: 'not-ours'; readonly event: string };

/**
 * A pure function from what a source sent to an event of ours.
 * @throws MeshError `payload-invalid`
 */
export type Normalizer = (name: string, id: EventId, payload: JsonObject, options: NormalizeOptions) => Normalized;
