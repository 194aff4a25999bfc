import type * as z from 'zod';
import type { ModelClass } from '../../protocols/agent-records.ts';
import type { EventId, SlotId } from '../../protocols/ids.ts';
import type { Usage } from '../../protocols/result.ts';

/** A tool that the model wants to be called. */
export interface ToolCall {
  /** Names the call towards the model: its outcome comes back under this id. */
  readonly id: string;
  readonly name: string;
  /** As the model wrote it, usually JSON: nothing of it is believed before the schema of the tool has checked it (T7). */
  readonly arguments: string;
}

export type Message =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly calls?: readonly ToolCall[] }
  /** What came of a call. */
  | { readonly role: 'tool'; readonly callId: string; readonly text: string };

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of its arguments, an object. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** The form of a final answer. */
export interface Form<T> {
  /** Letters, digits, `_` and `-`. */
  readonly name: string;
  /** Without transformations: it is sent as JSON schema. A number `confidence` (0–1) in it tells how sure the model is. */
  readonly schema: z.ZodType<T>;
}

/** Who pays. */
export interface Spender {
  readonly eventId: EventId;
  readonly slot: SlotId;
  readonly general: string;
  /** `owner/name`; empty for events that belong to no repository. */
  readonly repository: string;
}

export interface TurnRequest<T = unknown> {
  /** The whole talk so far: a model remembers nothing. */
  readonly messages: readonly Message[];
  /** What may be called. Default: nothing. */
  readonly tools?: readonly ToolSpec[];
  /** `none`: it must answer now; `required`: it must call something. Default `auto`: as it likes. */
  readonly toolChoice?: 'auto' | 'none' | 'required';
  /** Absent: the answer is text. */
  readonly form?: Form<T>;
  readonly modelClass: ModelClass;
  /** Absent: it is measured, but recorded for nobody and within no budget. */
  readonly spender?: Spender;
  /** Ends the call, also while it streams. */
  readonly signal: AbortSignal;
}

export interface TurnReply<T = unknown> {
  /** What it said; empty beside calls, often. */
  readonly text: string;
  /** In the order it wants them; empty when it has answered. */
  readonly calls: readonly ToolCall[];
  /** The answer in the form that was asked for, checked; present where there was a form and nothing is called. */
  readonly value?: T;
  /** `confidence` of the answer, where its form has one. */
  readonly confidence?: number;
  readonly model: string;
  readonly provider: string;
  /** Of this turn, repair included. Nothing where it was answered before (`isCached`). */
  readonly usage: Usage;
  readonly isCached: boolean;
}

/** A language model, asked one turn at a time. Asking changes nothing outside but what was spent. */
export interface Model {
  /**
   * One answer, or the wish that tools be called.
   * @throws MeshError `model-unavailable`, `model-nonsense` (after one repair try), or `budget-exceeded` before the call that would
   */
  turn<T>(request: TurnRequest<T>): Promise<TurnReply<T>>;
  /** Why the last turn came to nothing; absent while it works. For people. */
  readonly problem?: string | undefined;
}
