import type { Answer, Usage } from '../../protocols/result.ts';

export interface ModelRequest {
  readonly system: string;
  readonly user: string;
  /** Ends the call, also while it streams. */
  readonly signal: AbortSignal;
}

export interface ModelReply {
  readonly answer: Answer;
  readonly model: string;
  readonly usage: Usage;
}

/** A model that answers in the form of `AnswerSchema`, checked before it is returned. */
export interface Model {
  /** @throws MeshError `model-unavailable` or `model-nonsense` (after one repair try). */
  complete(request: ModelRequest): Promise<ModelReply>;
}
