import { MeshError } from '../../protocols/errors.ts';
import type { Answer } from '../../protocols/result.ts';
import type { Model, ToolCall, TurnReply, TurnRequest } from '../../roles/ports/model.ts';

export const ANSWER: Answer = {
  summary: 'It was read.',
  findings: [{ severity: 'low', title: 'A small thing', detail: 'Here.', where: 'src/page.ts' }],
  recommendations: ['Go on.'],
  confidence: 0.8,
};

/** What the model says: an answer in the form that was asked for, text, or calls. */
export type Said =
  | Answer
  | { readonly value: unknown }
  | { readonly text: string; readonly calls?: readonly ToolCall[] };

/** What the model does with one request: answers, fails, or hangs until the call is ended; deaf, it hangs even then. */
export type Turn = Said | MeshError | 'hang' | 'hang deaf';

/** A model that does what it is told, turn by turn, and the last of them for ever. */
export class ScriptedModel implements Model {
  readonly requests: TurnRequest<unknown>[] = [];
  readonly #turns: Turn[];
  #gate: Promise<void> = Promise.resolve();

  constructor(...turns: Turn[]) {
    this.#turns = turns;
  }

  /** It answers once that is over. */
  after(gate: Promise<void>): this {
    this.#gate = gate;
    return this;
  }

  turn<T>(request: TurnRequest<T>): Promise<TurnReply<T>> {
    this.requests.push(request);
    const turn = (this.#turns.length > 1 ? this.#turns.shift() : this.#turns[0]) ?? ANSWER;
    if (turn instanceof Error) return Promise.reject(turn);
    if (typeof turn === 'object') return this.#gate.then(() => replyWith(request, turn));
    return new Promise((_, reject) => {
      const ended = () =>
        reject(new MeshError('model-unavailable', { model: 'scripted', problem: 'the call was ended' }));
      if (turn === 'hang') request.signal.addEventListener('abort', ended, { once: true });
    });
  }
}

/** The reply of a model that says this; what is not in the form that was asked for is `model-nonsense`. */
export function replyWith<T>({ form }: TurnRequest<T>, said: Said, model = 'scripted'): TurnReply<T> {
  const usage = { promptTokens: 10, completionTokens: 5, costUsd: 0 };
  const common = { model, provider: model, usage, isCached: false };
  if ('text' in said) return { calls: [], ...said, ...common };
  const given: unknown = 'value' in said ? said.value : said;
  const text = JSON.stringify(given);
  if (form === undefined) return { text, calls: [], ...common };
  const parsed = form.schema.safeParse(given);
  if (!parsed.success) throw new MeshError('model-nonsense', { model, problem: parsed.error.message });
  const confidence = (given as { readonly confidence?: number }).confidence;
  return { text, calls: [], value: parsed.data, ...(confidence !== undefined && { confidence }), ...common };
}
