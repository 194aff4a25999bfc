import type { Scene } from './conversation.ts';
import type { Analysis } from './engine.ts';
import { lensOf } from './lenses/lenses.ts';
import { answerThrough } from './rules/answer.ts';

export const NO_MODEL = 'no model is configured';

/**
 * What fixed rules can see in an event, weighed and worded by the general's specialisation (W9). The result says that no model
 * was used, and why; it costs nothing.
 */
export function offlineRules({ general, event }: Pick<Scene, 'general' | 'event'>, reason: string): Analysis {
  return {
    answer: answerThrough(lensOf(general.name), event),
    engine: 'offline-rules',
    degraded: reason,
    usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  };
}
