import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
} from 'cockatiel';
import { hasCode, MeshError } from '../../protocols/errors.ts';
import type { Usage } from '../../protocols/result.ts';
import type { Message, Model, TurnReply, TurnRequest } from '../../roles/ports/model.ts';
import type { Meter, Runtime } from '../../roles/ports/runtime.ts';
import type { Config } from '../config/config.ts';
import { ChatClient, type ChatOptions } from './chat-client.ts';
import { modelProblem } from './model-problem.ts';
import { type CompletionReading, readCompletion, type Unusable, type Usable } from './read-completion.ts';

/** The section `model` of the configuration, and what has no key there. */
export interface ModelOptions extends ChatOptions, Pick<Config['model'], 'prices'> {
  readonly enabled?: Config['model']['enabled'];
  /** After so many failures in a row the model is left alone. Default 5. */
  readonly openAfter?: number;
  /** … for so long, then one call tries whether it is back. Milliseconds, default 30 000. */
  readonly halfOpenAfterMs?: number;
}

export interface ModelParts {
  readonly runtime: Pick<Runtime, 'monotonic' | 'log'>;
  readonly meter: Meter;
}

const OPEN_AFTER_FAILURES = 5;
const HALF_OPEN_AFTER_MS = 30_000;
const LEFT_ALONE = 'it failed several times in a row and is left alone for a while';

/** The model of the configuration; undefined when there is neither a key nor an address, or it is switched off. */
export function createModel(options: ModelOptions, parts: ModelParts): Model | undefined {
  const isConfigured = options.apiKey !== undefined || options.baseUrl !== undefined;
  return options.enabled === 'off' || !isConfigured ? undefined : new OpenAiModel(options, parts);
}

/** Any server that speaks OpenAI's chat completions. The whole of one answer, repeats and repair included, takes at most `timeout`. */
export class OpenAiModel implements Model {
  readonly #options: ModelOptions;
  readonly #parts: ModelParts;
  readonly #client: ChatClient;
  readonly #breaker: CircuitBreakerPolicy;

  constructor(options: ModelOptions, parts: ModelParts) {
    const { log } = parts.runtime;
    this.#options = options;
    this.#parts = parts;
    this.#client = new ChatClient(options, { log });
    this.#breaker = circuitBreaker(
      handleWhen((error) => hasCode(error, 'model-unavailable')),
      {
        breaker: new ConsecutiveBreaker(options.openAfter ?? OPEN_AFTER_FAILURES),
        halfOpenAfter: options.halfOpenAfterMs ?? HALF_OPEN_AFTER_MS,
      },
    );
    this.#breaker.onBreak(() => log.warn({ model: options.name }, 'model left alone for a while'));
    this.#breaker.onReset(() => log.info({ model: options.name }, 'model is back'));
  }

  async turn<T>(request: TurnRequest<T>): Promise<TurnReply<T>> {
    const started = this.#parts.runtime.monotonic();
    try {
      const reply = await this.#breaker.execute(() => this.#answer(request));
      this.#count('answered', started);
      return reply;
    } catch (error) {
      const failure = error instanceof BrokenCircuitError ? this.#unavailable(LEFT_ALONE, error) : error;
      this.#count(hasCode(failure, 'model-nonsense') ? 'nonsense' : 'unavailable', started);
      throw failure;
    }
  }

  /** One try, and one more that says what was wrong with the first. */
  async #answer<T>(request: TurnRequest<T>): Promise<TurnReply<T>> {
    const deadline = AbortSignal.timeout(this.#options.timeout);
    const first = await this.#request(request, deadline);
    if (first.reading.ok) return this.#reply(first.reading, [first]);
    const messages = [...request.messages, ...repair(first.reading)];
    const second = await this.#request({ ...request, messages }, deadline);
    if (second.reading.ok) return this.#reply(second.reading, [first, second]);
    throw new MeshError('model-nonsense', { model: this.#options.name, problem: second.reading.problem });
  }

  async #request<T>(request: TurnRequest<T>, deadline: AbortSignal): Promise<CompletionReading<T>> {
    const { signal, form } = request;
    try {
      const response = await this.#client.complete(request, AbortSignal.any([signal, deadline]));
      const completion = readCompletion(response, form);
      this.#spend(completion);
      return completion;
    } catch (error) {
      // A whole body that is not JSON: the server answered, with nonsense.
      if (error instanceof SyntaxError) return readCompletion(undefined, form);
      if (signal.aborted) throw this.#unavailable('the call was ended', error);
      if (deadline.aborted) throw this.#unavailable(`no answer within ${this.#options.timeout} ms`, error);
      throw this.#unavailable(modelProblem(error, this.#options.apiKey?.reveal()), error);
    }
  }

  #reply<T>({ ok: _, ...said }: Usable<T>, completions: readonly CompletionReading<T>[]): TurnReply<T> {
    const { name, provider } = this.#options;
    const confidence = confidenceOf(said.value);
    return {
      ...said,
      ...(confidence !== undefined && { confidence }),
      model: completions.at(-1)?.model ?? name,
      provider,
      usage: this.#usage(completions),
      isCached: false,
    };
  }

  #usage(completions: readonly CompletionReading<unknown>[]): Usage {
    const promptTokens = completions.reduce((sum, each) => sum + each.promptTokens, 0);
    const completionTokens = completions.reduce((sum, each) => sum + each.completionTokens, 0);
    const { input, output } = this.#options.prices;
    return { promptTokens, completionTokens, costUsd: (promptTokens * input + completionTokens * output) / 1e6 };
  }

  /** Tokens are spent whether or not the answer is of use. */
  #spend(completion: CompletionReading<unknown>): void {
    const { meter } = this.#parts;
    const { promptTokens, completionTokens, costUsd } = this.#usage([completion]);
    meter.count('mindmesh_model_tokens_total', { kind: 'prompt' }, promptTokens);
    meter.count('mindmesh_model_tokens_total', { kind: 'completion' }, completionTokens);
    meter.count('mindmesh_model_cost_usd_total', {}, costUsd);
  }

  #count(outcome: 'answered' | 'nonsense' | 'unavailable', started: number): void {
    const seconds = (this.#parts.runtime.monotonic() - started) / 1_000;
    this.#parts.meter.count('mindmesh_model_calls_total', { outcome });
    this.#parts.meter.observe('mindmesh_model_call_duration_seconds', seconds, {});
  }

  #unavailable(problem: string, cause: unknown): MeshError {
    return new MeshError('model-unavailable', { model: this.#options.name, problem }, { cause });
  }
}

/** How sure the model says it is, where the form has a place for that. */
function confidenceOf(value: unknown): number | undefined {
  const given = typeof value === 'object' && value !== null && 'confidence' in value ? value.confidence : undefined;
  return typeof given === 'number' ? given : undefined;
}

/** What was answered, and what to do about it. A response that was no completion leaves nothing to show. */
function repair({ text, problem }: Unusable): Message[] {
  const said: Message[] = text ? [{ role: 'assistant', text }] : [];
  const wish = `Your answer could not be used: ${problem}. Answer once more, with one JSON object in the form that was asked for and nothing else.`;
  return [...said, { role: 'user', text: wish }];
}
