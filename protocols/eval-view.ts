/** What a general made of one labelled case. */
export interface EvalCaseView {
  readonly id: string;
  readonly passed: boolean;
  /** What was wrong with the answer. */
  readonly problems: readonly string[];
  readonly engine: 'model' | 'offline-rules';
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** US dollars. */
  readonly costUsd: number;
}

/** How a general did on its set. */
export interface EvalView {
  readonly general: string;
  readonly passed: number;
  /** Share of the cases that have to pass, 0–1: that of the rules where any of the answers came from them. */
  readonly passMark: number;
  /** It reached the mark. */
  readonly ok: boolean;
  readonly cases: readonly EvalCaseView[];
}
