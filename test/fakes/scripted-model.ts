import { MeshError } from '../../protocols/errors.ts';
import type { Answer } from '../../protocols/result.ts';
import type { Model, ModelReply, ModelRequest } from '../../roles/ports/model.ts';

export const ANSWER: Answer = {
  summary: 'It was read.',
  findings: [{ severity: 'low', title: 'A small thing', detail: 'Here.', where: 'src/page.ts' }],
  recommendations: ['Go on.'],
  confidence: 0.8,
};

/** What the model does with one request: answers, fails, or hangs until the call is ended; deaf, it hangs even then. */
export type Turn = Answer | MeshError | 'hang' | 'hang deaf';

/** A model that does what it is told, turn by turn, and the last of them for ever. */
export class ScriptedModel implements Model {
  readonly requests: ModelRequest[] = [];
  readonly #turns: Turn[];

  constructor(...turns: Turn[]) {
    this.#turns = turns;
  }

  complete(request: ModelRequest): Promise<ModelReply> {
    this.requests.push(request);
    const turn = (this.#turns.length > 1 ? this.#turns.shift() : this.#turns[0]) ?? ANSWER;
    if (turn instanceof Error) return Promise.reject(turn);
    if (typeof turn === 'object') {
      return Promise.resolve({
        answer: turn,
        model: 'scripted',
        usage: { promptTokens: 10, completionTokens: 5, costUsd: 0 },
      });
    }
    return new Promise((_, reject) => {
      const ended = () =>
        reject(new MeshError('model-unavailable', { model: 'scripted', problem: 'the call was ended' }));
      if (turn === 'hang') request.signal.addEventListener('abort', ended, { once: true });
    });
  }
}
