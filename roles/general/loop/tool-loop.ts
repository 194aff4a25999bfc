import { hasCode, MeshError } from '../../../protocols/errors.ts';
import { trustOf } from '../../policy/trust.ts';
import type { Action, Conversation, Next, Scene } from '../conversation.ts';
import type { ConversationOptions, ConversationParts } from '../conversation-parts.ts';
import type { Analysis } from '../engine.ts';
import { fitAnswer } from '../fit-answer.ts';
import { NO_MODEL, offlineRules } from '../offline-rules.ts';
import { isToBeKept, perform, planOf } from '../publish.ts';
import { act } from './act.ts';
import { ask } from './ask.ts';
import { openingOf, steeringOf } from './opening.ts';
import { callable, type Stage, stageOf } from './stage.ts';
import { decodeTalk, NOTHING_SAID, shortened, type Talk } from './talk.ts';

/**
 * How a general works that has no way of its own: it thinks, calls tools, thinks again, answers, and publishes its answer. Each
 * turn of the model is a checkpoint before anything is made of it, so that a kill at any moment asks no answered turn again and
 * does no effect twice.
 */
export function toolLoop(options: ConversationOptions, parts: ConversationParts): Conversation<Talk> {
  const on = (scene: Scene) => stageOf(scene, options, parts);
  return {
    begin: () => ({ step: 'think', state: NOTHING_SAID }),
    decode: decodeTalk,
    steps: {
      think: (talk, scene) => think(talk, on(scene)),
      act: (talk, scene) => called(talk, on(scene)),
      publish: (talk, scene) => publish(talk, on(scene)),
    },
  };
}

async function think(talk: Talk, stage: Stage): Promise<Next<Talk>> {
  const { scene, manifest, parts } = stage;
  const trust = trustOf(scene.event);
  if (!manifest.trust.includes(trust)) return answered(talk, notFor(trust), stage);
  if (parts.model === undefined) return answered(talk, offlineRules(scene, NO_MODEL), stage);
  const opened = talk.turns === 0 ? await openingOf(talk, stage) : talk;
  const heard = steeringOf(opened, scene);
  try {
    const { talk: next, answer } = await ask(heard, stage, parts.model);
    if (answer === undefined) return { to: 'act', state: next };
    const { value, model } = answer;
    return answered(next, { answer: fitAnswer(value), engine: 'model', model, usage: next.usage }, stage);
  } catch (error) {
    return answered(heard, byRules(error, stage), stage);
  }
}

/** What a model cannot do, rules do, and say why (W9). */
function byRules(error: unknown, { scene, parts }: Stage): Analysis {
  if (scene.signal.aborted) throw new MeshError('overloaded', { reason: 'it leaves' }, { cause: error });
  if (!isForRules(error)) throw error;
  const { code, message: problem } = error;
  parts.runtime.log.warn({ general: scene.general.name, eventId: scene.event.id, code, problem }, 'model failed');
  return offlineRules(scene, problem);
}

function isForRules(error: unknown): error is MeshError {
  const codes = ['model-unavailable', 'model-nonsense', 'budget-exceeded'] as const;
  return codes.some((code) => hasCode(error, code));
}

async function called(talk: Talk, stage: Stage): Promise<Next<Talk>> {
  const last = talk.messages.at(-1);
  const calls = last?.role === 'assistant' ? (last.calls ?? []) : [];
  const { scene, site, parts } = stage;
  const allowed = callable(stage, talk);
  const { messages, actions, writes } = await act(
    calls,
    { turn: talk.turns, writes: talk.writes },
    {
      scene,
      site,
      allowed,
      effects: parts.effects,
    },
  );
  const whole = { ...talk, messages: [...talk.messages, ...messages], writes };
  const state = shortened(whole);
  return { to: 'think', state, actions: state === whole ? actions : [...actions, shortening(state, talk)] };
}

/** Nothing of a talk is left out without a word: the model reads it in its place, people in the audit. */
function shortening({ dropped, turns }: Talk, before: Talk): Action {
  return { type: 'shortened', name: `shortened-${turns}`, payload: { resultsLeftOut: dropped - before.dropped } };
}

async function publish(talk: Talk, stage: Stage): Promise<Next<Talk>> {
  const { analysis, planned } = talk;
  if (analysis === undefined) return { to: 'think', state: NOTHING_SAID, isCheap: true };
  const plan = planned ?? (await planOf(analysis, stage));
  if (planned === undefined && isToBeKept(plan)) return { to: 'publish', state: { ...talk, planned: plan } };
  await perform(plan, stage);
  return { end: analysis };
}

/** What was said on the way is of no use any more once there is an answer; what it cost stays. */
function answered(talk: Talk, analysis: Analysis, { scene, parts }: Stage): Next<Talk> {
  const whole = { ...analysis, usage: talk.turns === 0 ? analysis.usage : talk.usage };
  // Without anything to do in between, the `done` record is the checkpoint.
  if (parts.effects === undefined || scene.task === undefined) return { end: whole };
  const { turns, usage, began } = talk;
  const state = { ...NOTHING_SAID, began, turns, usage, analysis: whole };
  return { to: 'publish', state, isCheap: analysis.engine !== 'model' && turns === 0 };
}

function notFor(trust: string): Analysis {
  const summary = `This general does not work on events of the trust level ${trust}.`;
  return {
    answer: { summary, findings: [], recommendations: [], confidence: 1 },
    engine: 'offline-rules',
    degraded: 'the manifest of this general leaves such events out',
    usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 },
  };
}
