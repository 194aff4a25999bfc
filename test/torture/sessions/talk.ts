import type { EffectRef } from '../../../protocols/effects.ts';
import type { Conversation } from '../../../roles/general/conversation.ts';
import type { ConvergingAdapter, EffectDesk } from '../../../roles/ports/effects.ts';

export const GENERAL = 'talking-general';
/** Questions of one conversation: a kill nearly always falls into the middle of many. */
export const TURNS = 10;

interface Talk {
  readonly said: readonly string[];
}

/** A conversation of many questions to a slow model over HTTP, whose whole transcript is posted at the end. */
export function talk(url: string, desk: () => EffectDesk): Conversation<Talk> {
  return {
    begin: () => ({ step: 'turn', state: { said: [] } }),
    decode: (state) => (typeof state === 'object' && state !== null && 'said' in state ? (state as Talk) : undefined),
    steps: {
      turn: async ({ said }, { event, signal }) => {
        const { text } = await ask(`${url}/model`, { session: event.id, turn: said.length }, signal);
        const next = [...said, text];
        return { to: next.length < TURNS ? 'turn' : 'post', state: { said: next } };
      },
      post: async ({ said }, { task, signal }) => {
        if (task !== undefined) {
          const target = { session: task.eventId };
          const effect = { ...task, name: 'result', kind: 'comment', target, body: said.join(' '), hops: 1 } as const;
          await desk().perform(effect, signal);
        }
        const answer = { summary: said.join(' '), findings: [], recommendations: [], confidence: 1 };
        return { end: { answer, engine: 'model', usage: { promptTokens: 0, completionTokens: 0, costUsd: 0 } } };
      },
    },
  };
}

/** The outside of the stage: it keeps whatever it is sent. */
export function stageAdapter(url: string): ConvergingAdapter {
  return {
    class: 'converging',
    list: async (_target, key, signal) =>
      (await fetch(`${url}/outside?key=${key}`, { signal })).json() as Promise<EffectRef[]>,
    write: async (target, { key }, body, signal) => {
      const { id } = await ask(`${url}/outside`, { session: String(target.session), key, body: String(body) }, signal);
      return { id };
    },
    remove: async (_target, id, signal) => void (await fetch(`${url}/outside/${id}`, { method: 'DELETE', signal })),
  };
}

async function ask(url: string, body: object, signal: AbortSignal): Promise<{ text: string; id: string }> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal });
  return response.json() as Promise<{ text: string; id: string }>;
}
