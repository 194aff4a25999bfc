import { MeshError } from '../../../protocols/errors.ts';
import { slotOf } from '../../../protocols/ids.ts';
import type { Answer } from '../../../protocols/result.ts';
import type { Message, Model, Spender, TurnReply } from '../../ports/model.ts';
import type { Scene } from '../conversation.ts';
import { endedBy } from '../engine.ts';
import { specsOf } from '../tools/tools.ts';
import { answerForm } from './answer-form.ts';
import { verdictOn } from './budget.ts';
import { promptsOf } from './opening.ts';
import { callable, type Stage } from './stage.ts';
import { addUsage, type Talk } from './talk.ts';

/** What a turn of the model came to: its answer, or calls that are part of the talk now. */
export interface Turn {
  readonly talk: Talk;
  readonly answer?: { readonly value: Answer; readonly model: string };
}

/** @throws MeshError `model-unavailable` also where its own budget has no room for the question, `model-nonsense`, `budget-exceeded` */
export async function ask(talk: Talk, stage: Stage, model: Model): Promise<Turn> {
  const { scene, manifest, options, parts } = stage;
  const { runtime } = parts;
  const messages = [...(await promptsOf(talk, stage)), ...talk.messages];
  const verdict = verdictOn(talk, messages, manifest.budget, runtime.wall());
  if (verdict.may === 'stop') throw unavailable(verdict.reason);
  const tools = specsOf(callable(stage, talk));
  const isFree = verdict.may === 'go on' && tools.length > 0;
  const left = talk.began + manifest.budget.seconds * 1_000 - runtime.wall();
  const question = {
    messages,
    // Also where it must answer: servers want to know of the tools that the talk has called.
    ...(tools.length > 0 && { tools, ...(!isFree && { toolChoice: 'none' as const }) }),
    form: answerForm(manifest),
    modelClass: manifest.modelClass,
    spender: spenderOf(scene),
  };
  const reply = await endedBy<TurnReply<Answer>>(
    (signal) => model.turn({ ...question, signal }),
    { ms: Math.max(1, Math.min(options.deadlineMs, left)), signal: scene.signal, late: unavailable },
    runtime,
  );
  const next = { ...talk, turns: talk.turns + 1, usage: addUsage(talk.usage, reply.usage) };
  if (reply.value !== undefined) return { talk: next, answer: { value: reply.value, model: reply.model } };
  if (!isFree) throw nonsense(reply.model);
  const said: Message = { role: 'assistant', text: reply.text, calls: reply.calls };
  return { talk: { ...next, messages: [...talk.messages, said] } };
}

function unavailable(problem: string): MeshError {
  return new MeshError('model-unavailable', { model: 'behind this general', problem });
}

function nonsense(model: string): MeshError {
  return new MeshError('model-nonsense', { model, problem: 'it calls tools where it was to answer' });
}

/** What somebody asks for on a connection (`POST /process`) is charged to the general as well, though no task was promised. */
function spenderOf({ general, event, task }: Scene): Spender {
  const { eventId, slot } = task ?? { eventId: event.id, slot: slotOf(general.name) };
  return { eventId, slot, general: general.name, repository: event.repository };
}
