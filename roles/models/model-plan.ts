import type { ModelClass } from '../../protocols/agent-records.ts';
import type { Prices } from './cost.ts';

/** One model of one provider, as it is to be asked. */
export interface ModelChoice {
  /** Name of the provider in the configuration. */
  readonly provider: string;
  readonly model: string;
  readonly prices: Prices;
  /** Most tokens of one answer. */
  readonly maxTokens: number;
  readonly temperature?: number;
  /** Longest wait for one answer with its repair, milliseconds. */
  readonly timeoutMs: number;
}

/** Who is asked for what. */
export interface ModelPlan {
  /** Of each class the models in the order in which they are asked: the next when one cannot be used. */
  readonly classes: Readonly<Record<ModelClass, readonly ModelChoice[]>>;
  /** An answer of the small class that is less sure of itself (0–1) is asked of the large one. 0: never. */
  readonly escalateBelow: number;
}

/** The chain behind a class, if it holds anybody that the class itself does not. */
export function chainAbove(modelClass: ModelClass, { classes }: ModelPlan): readonly ModelChoice[] {
  if (modelClass === 'large') return [];
  return classes.large.filter((large) => !classes.small.some((small) => isSame(small, large)));
}

export function nameOf({ provider, model }: Pick<ModelChoice, 'provider' | 'model'>): string {
  return `${provider}/${model}`;
}

function isSame(a: ModelChoice, b: ModelChoice): boolean {
  return a.provider === b.provider && a.model === b.model;
}
