import { MeshError } from '../../protocols/errors.ts';
import { slotOf } from '../../protocols/ids.ts';
import type { NodeCard } from '../../protocols/presence.ts';
import { type Answer, AnswerSchema } from '../../protocols/result.ts';
import type { Form, Message, Model, Spender } from '../ports/model.ts';
import type { Runtime } from '../ports/runtime.ts';
import type { Templates } from '../ports/templates.ts';
import { type Engine, endedBy, type Question } from './engine.ts';
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

const ANSWER_FORM: Form<Answer> = { name: 'answer', schema: AnswerSchema };

/** Asks the model with the prompts of the general. */
export function modelEngine({ self, deadlineMs }: ModelEngineOptions, parts: ModelEngineParts): Engine {
  const { model, templates, runtime } = parts;
  return {
    analyse: async (question) => {
      const late = (problem: string) => new MeshError('model-unavailable', { model: 'behind this general', problem });
      const messages = messagesOf(question, self, templates);
      const asked = { messages, form: ANSWER_FORM, modelClass: 'small', spender: spenderOf(question) } as const;
      const ask = (signal: AbortSignal) => model.turn({ ...asked, signal });
      const reply = await endedBy(ask, { ms: deadlineMs, signal: question.signal, late }, runtime);
      if (reply.value === undefined) {
        throw new MeshError('model-nonsense', { model: reply.model, problem: 'it calls tools that it does not have' });
      }
      return { answer: fitAnswer(reply.value), engine: 'model', model: reply.model, usage: reply.usage };
    },
  };
}

function messagesOf({ general, event }: Question, self: NodeCard, templates: Templates): Message[] {
  const { system, user } = renderPrompts(general, event, { self, templates });
  return [
    { role: 'system', text: system },
    { role: 'user', text: user },
  ];
}

/** What somebody asks for on a connection (`POST /process`) is charged to the general as well, though no task was promised. */
function spenderOf({ general, event, task }: Question): Spender {
  const { eventId, slot } = task ?? { eventId: event.id, slot: slotOf(general.name) };
  return { eventId, slot, general: general.name, repository: event.repository };
}
