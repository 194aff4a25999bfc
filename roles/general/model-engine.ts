import { MeshError } from '../../protocols/errors.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import type { Model } from '../ports/model.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Templates } from '../ports/templates.ts';
import { type Engine, endedBy } from './engine.ts';
import { fitAnswer } from './fit-answer.ts';
import { renderPrompts } from './prompt.ts';

export interface ModelEngineOptions {
  readonly self: NodeCard;
  /** Longest wait for the model, whatever it promises of its own. Milliseconds. */
  readonly deadlineMs: number;
}

export interface ModelEngineParts {
  readonly model: Model;
  readonly templates: Templates;
  readonly runtime: Runtime;
}

/** Asks the model with the prompts of the general. */
export function modelEngine({ self, deadlineMs }: ModelEngineOptions, parts: ModelEngineParts): Engine {
  const { model, templates, runtime } = parts;
  return {
    analyse: async ({ general, event, signal }) => {
      const prompts = renderPrompts(general, event, { self, templates });
      const late = (problem: string) => new MeshError('model-unavailable', { model: 'behind this general', problem });
      const ask = (ended: AbortSignal) => model.complete({ ...prompts, signal: ended });
      const reply = await endedBy(ask, { ms: deadlineMs, signal, late }, runtime);
      return { answer: fitAnswer(reply.answer), engine: 'model', model: reply.model, usage: reply.usage };
    },
  };
}
