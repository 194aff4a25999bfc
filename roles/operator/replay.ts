import type { MeshEvent } from '../../protocols/event.ts';
import { eventIdOf } from '../../protocols/ids.ts';

export interface ReplayOptions {
  /** Makes the id of the new event one of its kind. */
  readonly unique: string;
  /** Only this general gets it, in place of what the routes say. */
  readonly to?: string;
}

/**
 * The same happening as a new event: routed, worked on and effective as if it had come again. It says which one it follows from
 * and keeps its distance from a person, so that a replay cannot lengthen a chain of agents (T6).
 */
export function replayOf(event: MeshEvent, { unique, to }: ReplayOptions): MeshEvent {
  const asked = to === undefined ? event.data.asked : { generals: [to] };
  const { asked: _, ...data } = event.data;
  return {
    ...event,
    id: eventIdOf('replay', unique),
    causationid: event.id,
    data: asked === undefined ? data : { ...data, asked },
  };
}
