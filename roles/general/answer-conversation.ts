import * as z from 'zod';
import { ResultSchema } from '../../protocols/result.ts';
import type { Conversation, Scene } from './conversation.ts';
import type { Analysis, Engine } from './engine.ts';

const StateSchema = z.object({
  analysis: ResultSchema.pick({ answer: true, engine: true, model: true, degraded: true, usage: true }).optional(),
});

interface AnswerState {
  readonly analysis?: Analysis;
}

export interface AnswerParts {
  readonly engine: Engine;
  /** Makes the answer visible outside the mesh; absent: nothing of it is. */
  readonly publish?: ((analysis: Analysis, scene: Scene) => Promise<void>) | undefined;
}

/** One question to the engine, then its answer is published. A model is not asked again for what it answered before a crash. */
export function answerConversation({ engine, publish }: AnswerParts): Conversation<AnswerState> {
  return {
    begin: () => ({ step: 'answer', state: {} }),
    decode: (state) => StateSchema.safeParse(state).data as AnswerState | undefined,
    steps: {
      answer: async (_state, { general, event, signal, task }) => {
        const analysis = await engine.analyse({ general, event, task, signal });
        // Without anything to do in between, the `done` record is the checkpoint.
        if (publish === undefined || task === undefined) return { end: analysis };
        return { to: 'publish', state: { analysis }, isCheap: analysis.engine !== 'model' };
      },
      publish: async ({ analysis }, scene) => {
        if (analysis === undefined) return { to: 'answer', state: {}, isCheap: true };
        await publish?.(analysis, scene);
        return { end: analysis };
      },
    },
  };
}
