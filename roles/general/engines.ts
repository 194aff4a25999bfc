import type { Model } from '../ports/model.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Templates } from '../ports/templates.ts';
import { type Engine, withFallback } from './engine.ts';
import { type ModelEngineOptions, modelEngine } from './model-engine.ts';
import { NO_MODEL, offlineRules } from './offline-rules.ts';

export interface EngineParts {
  readonly model?: Model | undefined;
  readonly templates: Templates;
  readonly runtime: Runtime;
}

/** The model where there is one, with the rules behind it; else the rules alone (W9). */
export function engineOf(options: ModelEngineOptions, { model, templates, runtime }: EngineParts): Engine {
  if (model === undefined) return { analyse: async (question) => offlineRules(question, NO_MODEL) };
  return withFallback(modelEngine(options, { model, templates, runtime }), offlineRules, runtime.log);
}
