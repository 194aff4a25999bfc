import type { Priority } from '../../protocols/dispatch.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { HeadState } from '../policy/supersede.ts';
import type { Assignment } from './offer-sender.ts';
import type { TaskState } from './task/state.ts';

/** One task of an event that this node owns. */
export interface TaskEntry {
  readonly key: string;
  readonly slot: SlotId;
  readonly cluster: string | undefined;
  /** Of an event of which only the newest counts (W2). */
  readonly head: HeadState | undefined;
  readonly priority: Priority;
  /** Monotonic milliseconds since when nobody has it: it keeps its age over offers that came to nothing. */
  since: number;
  assignment: Assignment;
  state: TaskState;
}

/** What has to be known of a task beside its records. */
export interface TaskTerms {
  readonly head?: HeadState;
  /** Monotonic ends of trying; asked when the task is new. */
  readonly ends: () => { readonly giveUpAt: number; readonly abandonAt: number };
}

export function taskKey(eventId: EventId, slot: SlotId): string {
  return `${eventId}\u0000${slot}`;
}
