import type { ToolCall, TurnRequest } from './model.ts';

/** One request to one model of a provider. */
export interface ModelCall<T = unknown>
  extends Pick<TurnRequest<T>, 'messages' | 'tools' | 'toolChoice' | 'form' | 'signal'> {
  readonly model: string;
  /** Most tokens of the answer. */
  readonly maxTokens: number;
  readonly temperature?: number;
}

/** What a model said that is of use. */
export interface Usable<T> {
  readonly ok: true;
  readonly text: string;
  readonly calls: readonly ToolCall[];
  /** Where a form was asked for and nothing is called. */
  readonly value?: T;
}

/** What is wrong with an answer, in words the model can act on, and what it said if anything. */
export interface Unusable {
  readonly ok: false;
  readonly problem: string;
  readonly text?: string;
}

export type Reading<T> = Usable<T> | Unusable;

/** A provider's own figures of one request. */
export interface TokenCounts {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt, those that the provider had in its cache. */
  readonly cachedTokens: number;
}

export interface Completion<T> {
  readonly reading: Reading<T>;
  /** As the server names it. */
  readonly model?: string;
  /** Absent where the server tells none. */
  readonly tokens?: TokenCounts;
}

/** A server with models. It keeps no talk, counts no money and asks once. */
export interface ModelProvider {
  /**
   * @throws MeshError `model-unavailable`: no answer came, because of it, the way there, the time or the signal.
   */
  complete<T>(call: ModelCall<T>): Promise<Completion<T>>;
}
