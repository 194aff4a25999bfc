import type { MeshEvent } from '../../protocols/event.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { OfferedGeneral } from '../../protocols/presence.ts';
import type { Orders } from '../replica/session-orders.ts';
import type { Analysis } from './engine.ts';

/** What stays the same through a conversation. */
export interface Scene {
  readonly general: OfferedGeneral;
  readonly event: MeshEvent;
  /** The work that was promised; absent where somebody waits on a connection, and nothing may happen outside. */
  readonly task?: {
    readonly eventId: EventId;
    readonly slot: SlotId;
    /** It began before, here or elsewhere. */
    readonly isRepeat: boolean;
  };
  readonly signal: AbortSignal;
  /**
   * What people told this session so far. The runner heeds `state` between steps; what was `said` is the operator's word to the
   * agent, which a step gives on at its next turn. Absent where nobody can tell it anything.
   */
  readonly orders?: () => Orders;
}

/** Something an agent did or decided, for the audit. */
export interface Action {
  /** `tool`, `tool-refused`, `shortened`, … */
  readonly type: string;
  /** Tells the actions of one piece of work apart; the same again is the same action. */
  readonly name: string;
  /** Input and output; secrets are taken out of it. */
  readonly payload: Readonly<Record<string, unknown>>;
}

/** Where a step leads, and what was done in it that is recorded for the audit. */
export type Next<S> = (
  | /** To another step, or the same again, with what it needs. `isCheap`: doing it again costs less than a synced record. */
  { readonly to: string; readonly state: S; readonly isCheap?: boolean }
  | { readonly end: Analysis }
) & { readonly actions?: readonly Action[] };

/**
 * One finished act: a question to the model with its answer, the calls of its tools, the effects. It may be cut off anywhere and
 * taken again from its beginning, so whatever it does outside is an effect with a key.
 */
export type Step<S> = (state: S, scene: Scene) => Promise<Next<S>>;

/** How a general comes from an event to an answer: steps from state to state. The state is JSON and is all that a step may know. */
export interface Conversation<S> {
  readonly steps: Readonly<Record<string, Step<S>>>;
  begin(scene: Scene): { readonly step: string; readonly state: S };
  /** A state as it was recorded, by this build or another; undefined where it is of no use, and the conversation begins anew. */
  decode(state: unknown): S | undefined;
}
